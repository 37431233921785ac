import { expect, test } from 'vitest';
import { alternatives, parseAlternatives } from '../../../src/rootfs/alternatives.ts';
import type { FinishResult } from '../../../src/rootfs/types.ts';
import { byPath, file, input, pkg, tree } from './helpers.ts';

const postinst = `#!/bin/sh
update-alternatives \\
  --install /usr/sbin/iptables iptables /usr/sbin/iptables-legacy 10 \\
  --slave /usr/sbin/iptables-save iptables-save /usr/sbin/iptables-legacy-save
update-alternatives --quiet --install /usr/sbin/iptables iptables "/usr/sbin/iptables-nft" 20 \\
  --slave /usr/sbin/iptables-save iptables-save /usr/sbin/iptables-nft-save \\
  --slave /usr/share/man/man8/iptables.8.gz iptables.8.gz /usr/share/man/man8/iptables-nft.8.gz || true
for i in vi view; do
  update-alternatives --install /usr/bin/$i $i /usr/bin/vim.tiny 15
done
update-alternatives --install /usr/bin/$x $x /usr/bin/y 1
`;

test('literal lines and literal loops are read', () => {
  const found = parseAlternatives(postinst);
  expect(found.map(({ name, path, priority }) => [name, path, priority])).toEqual([
    ['iptables', '/usr/sbin/iptables-legacy', 10],
    ['iptables', '/usr/sbin/iptables-nft', 20],
    ['vi', '/usr/bin/vim.tiny', 15],
    ['view', '/usr/bin/vim.tiny', 15],
  ]);
  expect(found[1]?.slaves).toHaveLength(2);
});

async function links(...paths: string[]): Promise<ReturnType<typeof byPath>> {
  const root = tree(...paths.map((path) => file(path, 'x')));
  const result: FinishResult = await alternatives.run(input(root, [pkg('iptables', { postinst })]));
  return byPath(result.entries);
}

test('the highest priority wins; what is not there is not linked', async () => {
  const made = await links('usr/sbin/iptables-legacy', 'usr/sbin/iptables-nft', 'usr/sbin/iptables-nft-save');
  expect(made.get('usr/sbin/iptables')).toMatchObject({ target: '/etc/alternatives/iptables' });
  expect(made.get('etc/alternatives/iptables')).toMatchObject({ target: '/usr/sbin/iptables-nft' });
  expect(made.get('etc/alternatives/iptables-save')).toMatchObject({ target: '/usr/sbin/iptables-nft-save' });
  expect(made.has('usr/share/man/man8/iptables.8.gz')).toBe(false);
  expect(made.has('usr/bin/vi')).toBe(false);
});

test('a lower priority is taken where the better one is excluded; a real file is never replaced', async () => {
  const made = await links(
    'usr/sbin/iptables-legacy',
    'usr/sbin/iptables-legacy-save',
    'usr/bin/vim.tiny',
    'usr/bin/vi',
  );
  expect(made.get('etc/alternatives/iptables')).toMatchObject({ target: '/usr/sbin/iptables-legacy' });
  expect(made.has('usr/bin/vi')).toBe(false);
  expect(made.has('usr/bin/view')).toBe(true);
});
