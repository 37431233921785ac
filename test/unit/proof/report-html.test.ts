import { describe, expect, test } from 'vitest';
import type { ReadArtifact } from '../../../src/proof/report/html/attachments.ts';
import { palettes } from '../../../src/proof/report/html/style.ts';
import { htmlReport } from '../../../src/proof/report/html.ts';
import {
  boot,
  caseResult,
  failedCase,
  guest,
  notRunCase,
  proofReport,
  step,
} from '../../helpers/proof-report.ts';

const nothing: ReadArtifact = () => undefined;
const text = (content: string): Uint8Array => new TextEncoder().encode(content);

/** The page without its style and script. */
function bodyOf(page: string): string {
  return page.replace(/<style>[\s\S]*?<\/style>/, '').replace(/<script>[\s\S]*?<\/script>/, '');
}

/** What a person reads: tags are nothing, space is one blank. */
function words(markup: string): string {
  const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', '#39': "'" };
  return bodyOf(markup)
    .replace(/<[^>]*>/g, ' ')
    .replace(/&(lt|gt|amp|quot|#39);/g, (_, name: string) => entities[name] ?? '')
    .replace(/\s+/g, ' ');
}

describe('the verdict', () => {
  test.each([
    [[caseResult()], 'Passed: 1 of 1 case passed'],
    [[caseResult(), caseResult({ as: 'usb' })], 'Passed: 2 of 2 cases passed'],
    [[caseResult(), failedCase({ as: 'usb' })], 'Failed: 1 of 2 cases failed, 1 passed'],
    [[caseResult(), notRunCase()], 'Not finished: 1 passed, 1 not run'],
    [[], 'Not finished: no case was run'],
  ])('case %#', (cases, expected) => {
    expect(words(htmlReport(proofReport(cases), nothing))).toContain(expected);
  });
});

describe('the page', () => {
  test('says what was tested and on what', () => {
    const shown = words(htmlReport(proofReport([caseResult()]), nothing));
    for (const part of ['TCG', 'this machine has no KVM', 'QEMU 10.0.2', '2 processors', '9f2c41d6b07a8e35'])
      expect(shown).toContain(part);
  });

  test('the matrix has media as columns, machines as rows, and leads to the cases', () => {
    const page = htmlReport(
      proofReport([
        caseResult({ as: 'cd', firmware: 'bios' }),
        failedCase({ as: 'usb', firmware: 'bios' }),
        caseResult({ as: 'cd', firmware: 'uefi', memory: 1024 }),
      ]),
      nothing,
    );
    const matrix = /<table class="matrix">([\s\S]*?)<\/table>/.exec(page)?.[1] ?? '';
    const rows = [...matrix.matchAll(/<tr[^>]*>([\s\S]*?)<\/tr>/g)].map(([, row = '']) => words(row).trim());
    expect(rows).toEqual([
      'Test and machine iso iso-as-usb',
      'boots everywhere',
      'BIOS, 512 MiB passed ready 7.32 s total 9.41 s failed expectation ready 7.32 s total 9.41 s',
      'UEFI, 1 GiB passed ready 7.32 s total 9.41 s no case',
    ]);
    const targets = [...matrix.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
    expect(targets).toEqual(['case-1', 'case-2', 'case-3']);
    for (const id of targets) expect(page).toContain(`id="${id}"`);
    expect(page).toMatch(/<details class="case failed" id="case-2" open>/);
  });

  test('repetitions are one cell, which leads to one that failed', () => {
    const repeated = [1, 2, 3].map((repetition) => caseResult({ repetition, durationMs: 1000 * repetition }));
    const passed = words(htmlReport(proofReport(repeated), nothing));
    expect(passed).toContain('passed 3 of 3');
    expect(passed).toContain('total 2.00 s (1.00 s to 3.00 s)');
    const page = htmlReport(proofReport([...repeated, failedCase({ repetition: 4 })]), nothing);
    expect(words(page)).toContain('failed 1 of 4');
    expect(page).toContain('<a href="#case-4">');
  });

  test('a bar has a part for each stage that was seen, and all bars the same scale', () => {
    const cases = [
      caseResult({
        guests: [guest('a', { boots: [boot({ grub: 1000, kernel: 2000, init: 3000, ready: 10_000 })] })],
      }),
      caseResult({
        guests: [
          guest('b', { boots: [boot({ grub: undefined, kernel: 2000, init: 5000, ready: undefined })] }),
        ],
      }),
    ];
    const page = htmlReport(proofReport(cases), nothing);
    const bars = [...page.matchAll(/<span class="bar-place"><svg[^>]*>([\s\S]*?)<\/svg>/g)].map(
      ([, bar = '']) =>
        [...bar.matchAll(/class="stage-(\w+)" x="([\d.]+)%" width="([\d.]+)%"/g)].map((part) =>
          part.slice(1).join(' '),
        ),
    );
    expect(bars).toEqual([
      ['grub 0.00 10.00', 'kernel 10.00 10.00', 'init 20.00 10.00', 'ready 30.00 70.00'],
      ['kernel 0.00 20.00', 'init 20.00 30.00'],
    ]);
    const numbers = [...page.matchAll(/<table class="boots">[\s\S]*?<tbody>([\s\S]*?)<\/tbody>/g)];
    expect(words(numbers[1]?.[1] ?? '')).toContain('not seen 2.00 s 5.00 s not seen');
  });

  test('a failure is told in full', () => {
    const log = 'first\nlast words\n';
    const png = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 1, 2, 3]);
    const read: ReadArtifact = (file) => (file === 'screen.png' ? png : text(log));
    const page = htmlReport(proofReport([failedCase({}, { screenshot: 'screen.png' })]), read);
    const shown = words(page);
    for (const part of [
      'expectation the command says something else',
      'In step 2 of 3, run: ip -j route , machine pe, at recipes/cloudbios.yaml:31:9',
      'expected: "default" came: "10.0.2.0/24"',
      'What it means The machine did what the step says',
      'What to try Compare',
      'Last lines on the serial console DISKBIOS-READY mode=live up=4.83',
      "-cdrom 'out/cloudbios.iso' -nographic",
      'first last words',
    ])
      expect(shown).toContain(part);
    expect(page).toContain(
      `<img src="data:image/png;base64,${Buffer.from(png).toString('base64')}" alt="Screen`,
    );
  });

  test('steps have their times and what they said', () => {
    const shown = words(
      htmlReport(
        proofReport([
          caseResult({ steps: [step('run: x', { startMs: 1500, durationMs: 250, output: 'so it is' })] }),
        ]),
        nothing,
      ),
    );
    expect(shown).toContain('run: x Output so it is passed 1.50 s 0.25 s');
  });
});

describe('hostile input', () => {
  const nasty = `</pre></details><script>alert(1)</script><img src=x onerror="alert(2)">'"&\u001b[31m\u202e`;

  test('is text, wherever it stands', () => {
    const all = caseResult({
      test: nasty,
      title: nasty,
      guests: [guest(nasty, { name: nasty, command: nasty, screenshots: [{ title: nasty, file: nasty }] })],
      steps: [step(nasty, { guest: nasty, output: nasty })],
    });
    const failed = failedCase(
      { guests: all.guests, test: nasty },
      {
        name: nasty,
        message: nasty,
        detail: [nasty, `expected: ${nasty}`],
        place: nasty,
        guest: nasty,
        lastLines: [nasty],
        command: `${nasty}!`,
        screenshot: nasty,
      },
    );
    const images = [
      { medium: 'iso', file: nasty, size: 1, sha256: nasty, agent: false, layers: nasty },
    ] as const;
    const page = htmlReport(
      proofReport([all, failed], { name: nasty, version: nasty, images, started: nasty }),
      () => text(nasty),
    );
    const tags = new Set([...page.matchAll(/<([a-z][a-z0-9]*)[^>]*>/g)].map(([, tag]) => tag));
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(tags.has('img')).toBe(false);
    expect(bodyOf(page).replaceAll(/"[^"]*"/g, '""')).not.toMatch(/<[^>]* on\w+=/);

    expect(page).not.toMatch(/[\x00-\x08\x0b-\x1f\u202e]/);
    expect(words(page)).toContain('</pre></details><script>alert(1)</script>');
  });

  test('a picture is one by its bytes, not by its name', () => {
    const shot = guest('a', { screenshots: [{ title: 'menu', file: 'menu.png' }] });
    const page = htmlReport(proofReport([caseResult({ guests: [shot] })]), () =>
      text('<svg onload=alert(1)>'),
    );
    expect(page).not.toContain('<img');
    expect(words(page)).toContain('The picture is not there.');
  });

  test('the page lets no script run but its own, and loads nothing', () => {
    const page = htmlReport(proofReport([caseResult()]), nothing);
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? '';
    expect(policy).toContain('default-src &#39;none&#39;');
    expect(policy).not.toContain('unsafe-inline');
    // So that the policy does not stop the page itself:
    expect(bodyOf(page)).not.toMatch(/<[^>]* (?:style|on\w+)=/);
    expect(bodyOf(page)).not.toMatch(/(?:src|href)="(?!#|data:)/);
    expect(page).not.toMatch(/https?:\/\//);
  });
});

describe('size', () => {
  const line = `${'x'.repeat(79)}\n`;
  const megabyte = text(line.repeat(12_000));

  test('a long log is cut in the middle, and says where the whole is', () => {
    const log = text(`the beginning\n${line.repeat(12_000)}the end`);
    const page = htmlReport(proofReport([failedCase({ guests: [guest('cases/x')] })]), () => log);
    expect(page.length).toBeLessThan(400_000);
    expect(words(page)).toMatch(
      /the beginning .* … \d+ lines left out here; all of them are in cases\/x\/pe\.serial\.log … .* the end/,
    );
  });

  test('pictures share the room, and one that is too large says so', () => {
    const png = (size: number): Uint8Array => {
      const bytes = new Uint8Array(size);
      bytes.set([0x89, 0x50, 0x4e, 0x47]);
      return bytes;
    };
    const many = Array.from({ length: 40 }, (_, n) =>
      caseResult({
        repetition: n + 1,
        guests: [guest(`p${n}`, { screenshots: [{ title: 'menu', file: `${n}.png` }] })],
      }),
    );
    const page = htmlReport(proofReport(many), (file) => (file.endsWith('.png') ? png(900_000) : undefined));
    expect(page.length).toBeLessThan(16 * 1024 ** 2);
    expect(page.match(/<img/g)?.length).toBeGreaterThan(5);
    expect(words(page)).toContain('The picture is too large for this page.');
  });

  test('hundreds of cases stay one page that opens, and the failed one keeps its log', () => {
    const many = Array.from({ length: 600 }, (_, n) =>
      caseResult({ repetition: n + 1, guests: [guest(`p${n}`)] }),
    );
    const last = failedCase({ repetition: 601, guests: [guest('failed')] });
    let reads = 0;
    const page = htmlReport(proofReport([...many, last]), () => {
      reads += 1;
      return megabyte;
    });
    expect(page.length).toBeLessThan(16 * 1024 ** 2);
    expect(page).toMatch(
      /Serial console of pe <span class="quiet file">failed\/pe\.serial\.log<\/span><\/summary><pre/,
    );
    expect(words(page)).toContain('there is no room for it in this page');
    expect(reads).toBeLessThan(601);
  });
});

describe('colours', () => {
  const channel = (value: number): number =>
    value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const luminance = (colour: string): number => {
    const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) =>
      channel(Number.parseInt(colour.slice(at, at + 2), 16) / 255),
    );
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a: string, b: string): number => {
    const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (light + 0.05) / (dark + 0.05);
  };

  test.each(Object.entries(palettes))('%s: text can be read on every ground it stands on', (_, palette) => {
    const pairs = (['text', 'quiet', 'link', 'passed', 'failed', 'not-run'] as const).flatMap((ink) =>
      (['ground', 'card', 'sunk'] as const).map((ground) => [ink, ground] as const),
    );
    const tinted = (['passed', 'failed', 'not-run'] as const).flatMap(
      (name) =>
        [
          [name, `${name}-ground`],
          ['text', `${name}-ground`],
        ] as const,
    );
    for (const [ink, ground] of [...pairs, ...tinted])
      expect(contrast(palette[ink], palette[ground]), `${ink} on ${ground}`).toBeGreaterThanOrEqual(4.5);
    // Parts of a bar are no text: 3 is asked of them.
    for (const stage of ['stage-grub', 'stage-kernel', 'stage-init', 'stage-ready'] as const)
      expect(contrast(palette[stage], palette.card), stage).toBeGreaterThanOrEqual(3);
  });
});
