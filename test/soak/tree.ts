/**
 * A shell command that lists all that lies in a systems directory, but for what the PE keeps for itself: kind, mode, owner and link of
 * each file, and the checksum of its content.
 */
export const listTree =
  "cd /hd && { find . -path ./.pe -prune -o -exec stat -c '%A %u:%g %N' {} + | sort -k 3; " +
  'find . -path ./.pe -prune -o -type f -exec sha256sum {} + | sort -k 2; }';

/** A shell command that gives checksums of what the PE remembers and no operation on systems touches. */
export const keptFiles = 'cd /hd/.pe && find machine-id host-keys -type f -exec sha256sum {} + | sort -k 2';

/** What one listing has and the other has not, for a person; nothing where they are the same. */
export function difference(expected: string, found: string, most = 12): readonly string[] {
  const [wanted, present] = [expected, found].map((text) => new Set(text.trimEnd().split('\n')));
  const lacking = [...(wanted ?? [])].filter((line) => present?.has(line) === false);
  const extra = [...(present ?? [])].filter((line) => wanted?.has(line) === false);
  return [...lacking.map((line) => `- ${line}`), ...extra.map((line) => `+ ${line}`)].slice(0, most);
}
