import { describe, expect, test } from 'vitest';
import { sshAnswer } from '../../../src/boot/ssh-answer.ts';

// What dropbear's client 2025.89 wrote in each case.
const newHost = `dbclient: 
Host '127.0.0.1' key accepted unconditionally.
(ssh-ed25519 fingerprint SHA256:wlBsacgf/1WosCcJMVO9+Wa/16NgJAlRVLl0rUCYNvw)


`;
const failed = (words: string, before = newHost) => ({
  exitCode: 1,
  stdout: '',
  stderr: `${before}dbclient: Connection to root@127.0.0.1:45449 exited: ${words}\n`,
});
const fingerprint = 'SHA256:wlBsacgf/1WosCcJMVO9+Wa/16NgJAlRVLl0rUCYNvw';

describe('what came of a command by SSH', () => {
  test('it ran: its own words and exit code, whatever that is', () => {
    const ran = { exitCode: 3, stdout: 'o\n', stderr: `${newHost}e\n` };
    expect(sshAnswer(ran, 'key')).toEqual({
      how: 'ran',
      status: 3,
      stdout: 'o\n',
      stderr: 'e\n',
      hostKey: fingerprint,
    });
    const known = { exitCode: 1, stdout: '', stderr: 'no such thing\n' };
    expect(sshAnswer(known, 'key')).toMatchObject({ how: 'ran', status: 1, hostKey: undefined });
  });

  test('nobody listens, or nobody speaks SSH', () => {
    expect(sshAnswer(failed('Connect failed: Connection refused', '\n'), 'key')).toEqual({
      how: 'no-connection',
      message: 'Connect failed: Connection refused',
      hostKey: undefined,
    });
    const closed = failed('Remote closed the connection', '\n');
    expect(sshAnswer(closed, 'key')).toMatchObject({ how: 'no-connection' });
  });

  test('the key is refused; the password is', () => {
    const refused = { how: 'key-refused', hostKey: fingerprint };
    expect(sshAnswer(failed('No auth methods could be used.'), 'key')).toMatchObject(refused);
    expect(sshAnswer(failed('Remote closed the connection'), 'password')).toMatchObject(refused);
  });

  test('the connection breaks while the command runs', () => {
    const broken = failed('Remote closed the connection');
    expect(sshAnswer(broken, 'key')).toMatchObject({ how: 'lost' });
    expect(sshAnswer({ ...broken, stdout: 'half' }, 'password')).toMatchObject({ how: 'lost' });
  });

  test('the host has another key than before', () => {
    const words = `

ssh-ed25519 host key mismatch for 127.0.0.1 !
Fingerprint is ${fingerprint}
Expected SHA256:YDV7hFUrUTq0JiLhrNxhemr9NrPWcSk877ATPzOjggs
If you know that the host key is correct you can
remove the bad entry from ~/.ssh/known_hosts`;
    expect(sshAnswer(failed(words, ''), 'key')).toEqual({
      how: 'host-key',
      message: 'ssh-ed25519 host key mismatch for 127.0.0.1 !',
      hostKey: undefined,
    });
  });
});
