/** What came of a command given to an SSH server. */
export type SshAnswer =
  | {
      readonly how: 'ran';
      /** The command's exit code; 128 + signal where a signal ended it. */
      readonly status: number;
      readonly stdout: string;
      readonly stderr: string;
      /** SHA256 fingerprint of the server's host key, where it was not known before. */
      readonly hostKey: string | undefined;
    }
  | {
      /**
       * `no-connection`: nobody listens, or nobody speaks SSH there; `host-key`: the server's key is not the one remembered;
       * `key-refused`: the server wants another key or password; `lost`: the connection broke later; `timed-out`: no
       * end in time.
       */
      readonly how: 'no-connection' | 'host-key' | 'key-refused' | 'lost' | 'timed-out';
      /** For a person. */
      readonly message: string;
      readonly hostKey: string | undefined;
    };

/** What dropbear's client says of a host key it has not seen before. */
const aboutHostKey =
  /^dbclient: \nHost '.*' key accepted unconditionally\.\n\(\S+ fingerprint (SHA256:\S+)\)\n+/;

/** Its last words where it failed. It has no exit code of its own for that. */
const lastWords = /dbclient: (?:Connection to \S+ exited|Exited): ([^]*)$/;

/**
 * Reads what dropbear's client said and how it ended.
 * @param offered whether a password was offered: a server that refuses it closes the connection without a word
 */
export function sshAnswer(
  result: { exitCode: number; stdout: string; stderr: string },
  offered: 'password' | 'key',
): SshAnswer {
  const { exitCode, stdout } = result;
  const hostKey = aboutHostKey.exec(result.stderr)?.[1];
  const stderr = result.stderr.replace(aboutHostKey, '');
  const words = exitCode === 1 ? lastWords.exec(stderr)?.[1]?.trim() : undefined;
  if (words === undefined) return { how: 'ran', status: exitCode, stdout, stderr, hostKey };
  const silent = stdout === '' && stderr.replace(lastWords, '').trim() === '';
  const how = howItFailed(words, { met: hostKey !== undefined, silent, offered });
  return { how, message: words.split('\n', 1)[0] ?? '', hostKey };
}

function howItFailed(
  words: string,
  { met, silent, offered }: { met: boolean; silent: boolean; offered: 'password' | 'key' },
): Exclude<SshAnswer['how'], 'ran' | 'timed-out'> {
  if (words.includes('host key mismatch')) return 'host-key';
  if (words.includes('No auth methods could be used')) return 'key-refused';
  if (words.startsWith('Connect failed')) return 'no-connection';
  if (offered === 'password' && met && silent) return 'key-refused';
  return met || !silent ? 'lost' : 'no-connection';
}
