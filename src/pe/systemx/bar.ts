import { formatBytes } from '../../base/sizes.ts';

/**
 * `[=====>    ]  45 %  12.0 MiB of 26.7 MiB  8.1 MiB/s`; without a total only what is done, and how fast.
 * @param seconds since it began
 */
export function bar(done: number, total: number | undefined, seconds: number, width: number): string {
  const rate = seconds < 0.5 ? '' : `  ${formatBytes(Math.round(done / seconds))}/s`;
  if (total === undefined || total <= 0) return `${formatBytes(done)}${rate}`;
  const part = Math.min(1, done / total);
  const tail = ` ${String(Math.floor(part * 100)).padStart(3)} %  ${formatBytes(done)} of ${formatBytes(total)}${rate}`;
  const room = Math.max(0, Math.min(40, width - tail.length - 3));
  const filled = Math.floor(part * room);
  return room < 8 ? tail.trim() : `[${'='.repeat(filled).padEnd(room)}]${tail}`;
}
