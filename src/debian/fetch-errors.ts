import { FailedError } from '../base/errors.ts';
import type { LockedPackage } from './package.ts';

/** The answer was not 200. */
export class HttpStatusError extends Error {
  override readonly name = 'HttpStatusError';
  readonly status: number;

  constructor(status: number) {
    super(`HTTP status ${status}`);
    this.status = status;
  }
}

/** Fewer bytes came than the lock says. */
export class TruncatedError extends Error {
  override readonly name = 'TruncatedError';
}

function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return (error as NodeJS.ErrnoException | undefined)?.code ?? '';
}

/** Whether the mirror says that it does not have the file. */
export function isNotThere(error: unknown): boolean {
  return error instanceof HttpStatusError ? [404, 410].includes(error.status) : codeOf(error) === 'ENOENT';
}

/** Whether another try may succeed. */
export function isTransient(error: unknown): boolean {
  if (error instanceof HttpStatusError) return [408, 429, 500, 502, 503, 504].includes(error.status);
  if (error instanceof TruncatedError) return true;
  const codes = [
    'ECONNRESET',
    'ETIMEDOUT',
    'EPIPE',
    'EAI_AGAIN',
    'UND_ERR_SOCKET',
    'UND_ERR_HEADERS_TIMEOUT',
  ];
  codes.push('UND_ERR_BODY_TIMEOUT', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH');
  return codes.includes(codeOf(error)) || codeOf(error).startsWith('HPE_');
}

const offlineCodes = [
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ECONNREFUSED',
  'UND_ERR_CONNECT_TIMEOUT',
];

/** The error to throw for a download that failed for good. */
export function downloadError(
  item: Pick<LockedPackage, 'name' | 'version'>,
  address: string,
  error: unknown,
): FailedError {
  const title = `${item.name} ${item.version}`.trimEnd();
  if (offlineCodes.includes(codeOf(error))) {
    const { host } = new URL(address);
    return new FailedError(
      'offline',
      `${title} cannot be downloaded: ${host} cannot be reached (${codeOf(error)})`,
      {
        hint: 'check the network and the proxy settings, or name another mirror with --mirror',
        cause: error,
      },
    );
  }
  if (error instanceof TruncatedError) {
    return new FailedError(
      'download-truncated',
      `${title} arrives incomplete from ${address}: ${error.message}`,
      {
        hint: 'the mirror or a proxy in between breaks off: try again, or name another mirror with --mirror',
        cause: error,
      },
    );
  }
  const why = error instanceof Error && error.message !== '' ? error.message : codeOf(error);
  return new FailedError('download-failed', `${title} cannot be downloaded from ${address}: ${why}`, {
    hint: 'try again, or name another mirror with --mirror',
    cause: error,
  });
}

/** The error for a package that no mirror has any more. */
export function vanishedError(
  item: LockedPackage,
  tried: readonly string[],
  hasSnapshot: boolean,
): FailedError {
  const lines = tried.map((address) => `\n  ${address}`).join('');
  const other = hasSnapshot
    ? 'or name another snapshot mirror'
    : 'or name a mirror that keeps old packages: `snapshot:` in config.yaml or `packages.snapshot` in the recipe';
  return new FailedError(
    'package-vanished',
    `${item.name} ${item.version} is no longer on the mirror; looked at:${lines}`,
    {
      hint: `take its present version with \`diskbios lock RECIPE --update ${item.name}\`, ${other}`,
    },
  );
}

/** The error for a package whose bytes are not those of the lock. */
export function contentError(
  item: LockedPackage,
  address: string,
  got: { sha256: string } | { moreThan: number },
): FailedError {
  const hint =
    'the lock pins other bytes than the mirror has; nothing was kept. If the lock came from elsewhere, do not trust it';
  if ('moreThan' in got) {
    return new FailedError(
      'wrong-size',
      `${item.name} ${item.version} from ${address} has more than the ${got.moreThan} bytes that the lock says`,
      { hint },
    );
  }
  return new FailedError(
    'wrong-hash',
    `${item.name} ${item.version} from ${address} has SHA-256\n  ${got.sha256}, the lock says\n  ${item.sha256}`,
    { hint },
  );
}
