import type { CaseResult, ProofReport } from '../../result.ts';
import { type CutText, cutMiddle, readable } from '../text.ts';

/** Gives a file of the artifacts; `undefined` where it is not there. */
export type ReadArtifact = (file: string) => Uint8Array | undefined;

/** How much goes into the page, in bytes: browsers get slow beyond some tens of megabytes, and CI systems refuse them. */
export interface PageLimits {
  readonly failedLog: number;
  readonly passedLog: number;
  readonly picture: number;
  /** Logs and pictures of all cases. */
  readonly all: number;
}

export const usualLimits: PageLimits = {
  failedLog: 256 * 1024,
  passedLog: 32 * 1024,
  picture: 1024 ** 2,
  all: 12 * 1024 ** 2,
};

/** What a page says in place of a file that is not in it. */
export type Left = 'missing' | 'too-large';

export interface Picture {
  /** A `data:` address. */
  readonly address: string;
}

export interface Attachments {
  readonly log: (file: string) => CutText | Left;
  readonly picture: (file: string) => Picture | Left;
}

/** Reads what the page shows of the artifacts. What there is room for goes to the failed cases first. */
export function collectAttachments(
  { cases }: ProofReport,
  read: ReadArtifact,
  limits: PageLimits = usualLimits,
): Attachments {
  const logs = new Map<string, CutText | Left>();
  const pictures = new Map<string, Picture | Left>();
  let room = limits.all;
  const take = (size: number): boolean => {
    if (size > room) return false;
    room -= size;
    return true;
  };
  const failedFirst = [...cases].sort(
    (a, b) => Number(b.outcome === 'failed') - Number(a.outcome === 'failed'),
  );
  for (const one of failedFirst) {
    for (const file of pictureFiles(one)) {
      if (!pictures.has(file)) pictures.set(file, picture(room === 0 ? undefined : read(file), limits, take));
    }
    const limit = one.outcome === 'failed' ? limits.failedLog : limits.passedLog;
    for (const { serialLog } of one.guests) logs.set(serialLog, log(read, serialLog, { limit, take, room }));
  }
  return {
    log: (file) => logs.get(file) ?? 'missing',
    picture: (file) => pictures.get(file) ?? 'missing',
  };
}

function pictureFiles({ failure, guests }: CaseResult): string[] {
  const files = guests.flatMap(({ screenshots }) => screenshots.map(({ file }) => file));
  return failure?.screenshot === undefined ? files : [failure.screenshot, ...files];
}

function log(
  read: ReadArtifact,
  file: string,
  { limit, take, room }: { limit: number; take: (size: number) => boolean; room: number },
): CutText | Left {
  // With no room for a useful piece the file need not be read.
  if (room < limit / 8) return 'too-large';
  const bytes = read(file);
  if (bytes === undefined) return 'missing';
  const text = readable(new TextDecoder().decode(bytes))
    .replace(/\n{3,}/g, '\n\n')
    .trim();
  const cut = cutMiddle(text, Math.min(limit, room));
  take(cut.before.length + cut.after.length);
  return cut;
}

const kinds: readonly { readonly type: string; readonly magic: readonly number[] }[] = [
  { type: 'image/png', magic: [0x89, 0x50, 0x4e, 0x47] },
  { type: 'image/jpeg', magic: [0xff, 0xd8, 0xff] },
];

function picture(
  bytes: Uint8Array | undefined,
  limits: PageLimits,
  take: (size: number) => boolean,
): Picture | Left {
  const kind = kinds.find(({ magic }) => magic.every((byte, n) => bytes?.[n] === byte));
  if (bytes === undefined || kind === undefined) return 'missing';
  if (bytes.length > limits.picture || !take(Math.ceil((bytes.length * 4) / 3))) return 'too-large';
  return { address: `data:${kind.type};base64,${Buffer.from(bytes).toString('base64')}` };
}
