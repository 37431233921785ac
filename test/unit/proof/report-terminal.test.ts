import { describe, expect, test } from 'vitest';
import { terminalSummary } from '../../../src/proof/report/terminal.ts';
import { boot, caseResult, failedCase, guest, notRunCase, proofReport } from '../../helpers/proof-report.ts';

const plain = { colour: false, artifacts: 'test-report' };

describe('the summary in the terminal', () => {
  test('a line per case in columns, the failure in full, the counts last', () => {
    const cases = [
      caseResult({ title: 'iso' }),
      failedCase(
        { title: 'iso-as-usb', id: 'x', guests: [guest('cases/x')] },
        { screenshot: 'cases/x/s.png' },
      ),
      notRunCase({ title: '', test: '慢' }),
    ];
    expect(terminalSummary(proofReport(cases), plain)).toBe(
      `✓ boots everywhere: iso         ready 7.32 s  total 9.41 s
✗ boots everywhere: iso-as-usb  ready 7.32 s  total 9.41 s  expectation
- 慢                            ready      -  total      -  not run

recipes/cloudbios.yaml:31:9: error: boots everywhere: iso-as-usb: the command says something else (expectation)
  in step 2 of 3, run: ip -j route
  $[0].dst:
    expected: "default"
    came:     "10.0.2.0/24"
  meaning: The machine did what the step says, but with another result than the recipe expects.
  hint: Compare what was expected with what came, and change the image or the expectation.
  its last lines:
  | DISKBIOS-READY mode=live up=4.83
  serial log: test-report/cases/x/pe.serial.log
  screenshot: test-report/cases/x/s.png
  to run it by hand:
  qemu-system-x86_64 -machine q35 -m 512 -cdrom 'out/cloudbios.iso' -nographic

1 not run
1 passed, 1 failed
`,
    );
  });

  test('the last line is plain even in colour', () => {
    const text = terminalSummary(proofReport([caseResult(), failedCase()]), { colour: true });
    expect(text).toContain('\u001b[31m✗');
    expect(text.split('\n').slice(-2)).toEqual(['1 passed, 1 failed', '']);
  });

  test('a case that never came up has no time to ready, and one that came up the second time has', () => {
    const never = guest('a', { boots: [boot({ ready: undefined })] });
    const second = guest('b', { boots: [boot({ ready: undefined }), boot({ ready: 4000 })] });
    const text = terminalSummary(
      proofReport([caseResult({ guests: [never] }), caseResult({ guests: [second] })]),
      plain,
    );
    expect(text).toMatch(/ready {6}- .*\n.*ready 4\.00 s/);
  });

  test('what a guest says cannot steer the terminal', () => {
    const nasty = 'a\u001b]0;title\u0007b\u001b[2Jc\rd\u009b31me\nf';
    const text = terminalSummary(
      proofReport([failedCase({}, { message: nasty, lastLines: [nasty] })]),
      plain,
    );

    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
    expect(text).toContain('| abcd31me f\n');
  });

  test('a command of several lines stands in one column', () => {
    const text = terminalSummary(proofReport([failedCase({}, { command: 'cd /tmp\nqemu -m 1' })]), plain);
    expect(text).toContain('\n  to run it by hand:\n  cd /tmp\n  qemu -m 1\n');
  });

  test('of several machines it names the one that failed, and its log', () => {
    const guests = [guest('one', { name: 'server' }), guest('two', { name: 'client' })];
    const text = terminalSummary(proofReport([failedCase({ guests }, { guest: 'client' })]), plain);
    expect(text).toContain('in step 2 of 3, run: ip -j route (client)\n');
    expect(text).toContain('serial log: test-report/two/pe.serial.log\n');
  });
});
