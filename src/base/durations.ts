const milliseconds: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000 };

/** What a duration looks like: a number and its unit. */
export const durationPattern = '^[0-9]+(\\.[0-9]+)?(ms|s|min|h)$';

/** Parses `500ms`, `20s`, `1.5s`, `2min`, `1h` into whole milliseconds; `undefined` where it is none of these. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|min|h)$/.exec(text.trim());
  const unit = milliseconds[match?.[2] ?? ''];
  return match === null || unit === undefined ? undefined : Math.round(Number(match[1]) * unit);
}
