import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadRecipe } from '../../../src/recipe/load.ts';
import type { Recipe } from '../../../src/recipe/types.ts';
import { parent, writeRecipes } from './write-recipes.ts';

async function merged(above: string, below: string, set: string[] = []): Promise<Recipe> {
  const folder = writeRecipes({
    'parent.yaml': parent(above),
    'child.yaml': `name: child\nextends: ./parent.yaml\n${below}`,
  });
  return (await loadRecipe('child.yaml', { cwd: folder, set })).recipe;
}

describe('merging', () => {
  test('maps merge deeply and the child’s scalars win', async () => {
    const { pe, boot } = await merged(
      'pe: { hostname: a, timezone: Asia/Tokyo }',
      'pe: { hostname: b }\nboot: { timeout: 9 }',
    );
    expect(pe).toMatchObject({ hostname: 'b', timezone: 'Asia/Tokyo' });
    expect(boot.timeout).toBe(9);
  });

  test('lists append without duplicates, parents first', async () => {
    const { pe } = await merged('pe: { packages: [lxc, kmod] }', 'pe: { packages: [htop, lxc] }');
    expect(pe.packages).toEqual(['lxc', 'kmod', 'htop']);
  });

  test('items with a name merge item by item and keep their place', async () => {
    const above = 'pe: { users: [{ name: root }, { name: amy, shell: /bin/ash, groups: [one] }] }';
    const { pe } = await merged(above, 'pe: { users: [{ name: bob }, { name: amy, groups: [two] }] }');
    expect(pe.users.map((user) => user.name)).toEqual(['root', 'amy', 'bob']);
    expect(pe.users[1]).toMatchObject({ shell: '/bin/ash', groups: ['one', 'two'] });
  });

  test('a child’s interfaces come first, since the first that matches counts', async () => {
    const { pe } = await merged(
      'pe: { network: { interfaces: [{ match: "en*" }] } }',
      'pe: { network: { interfaces: [{ match: enp1s0, ipv4: off }] } }',
    );
    expect(pe.network.interfaces.map((each) => each.match)).toEqual(['enp1s0', 'en*']);
  });

  test('a file’s link takes the place of its inherited content', async () => {
    const { pe } = await merged(
      'pe: { files: [{ path: /etc/motd, content: hi, uid: 5 }] }',
      'pe: { files: [{ path: /etc/motd, link: /run/motd }] }',
    );
    expect(pe.files).toMatchObject([{ from: { kind: 'link', target: '/run/motd' }, uid: 5 }]);
  });

  test('commands and consoles are replaced, not appended', async () => {
    const { pe, boot } = await merged(
      'pe: { services: { web: { run: [httpd, -f], after: [log] }, log: { run: syslogd -n } } }',
      'pe: { services: { web: { run: [nginx, -f, -f] } } }\nboot: { consoles: [ttyS0] }',
    );
    expect(pe.services['web']).toMatchObject({ run: ['nginx', '-f', '-f'], after: ['log'] });
    expect(boot.consoles).toEqual(['ttyS0']);
  });

  test('!replace, !remove and null', async () => {
    const { pe, boot } = await merged(
      'pe: { packages: [lxc, kmod], hostname: box, users: [{ name: amy }, { name: bob }] }',
      'pe: { packages: [!remove lxc], hostname: null, users: [!remove amy] }\nboot: { entries: !replace [{ title: mine }] }',
    );
    expect(pe.packages).toEqual(['kmod']);
    expect(pe.hostname).toBe('child');
    expect(pe.users.map((user) => user.name)).toEqual(['bob']);
    expect(boot).toMatchObject({ default: 'mine', entries: [{ title: 'mine' }] });
  });

  test('several levels and several parents: each file once, the later wins', async () => {
    const folder = writeRecipes({
      'top.yaml': parent('pe: { packages: [top], hostname: top }'),
      'left.yaml': 'name: left\nextends: top.yaml\npe: { packages: [left], hostname: left }',
      'right/right.yaml': 'name: right\nextends: ../top.yaml\npe: { packages: [right] }',
      'child.yaml': 'name: child\nextends: [left.yaml, right/right.yaml]',
    });
    const { recipe, sources } = await loadRecipe(join(folder, 'child.yaml'));
    expect(recipe.pe.packages).toEqual(['top', 'left', 'right']);
    // `top` was merged before `left`, and not again for `right`.
    expect(recipe.pe.hostname).toBe('left');
    expect(sources.map((file) => file.slice(folder.length + 1)).sort()).toEqual([
      'child.yaml',
      'left.yaml',
      'right/right.yaml',
      'top.yaml',
    ]);
    expect(sources[0]).toBe(join(folder, 'child.yaml'));
  });

  test('--set is the last child of all', async () => {
    const { pe, boot } = await merged('', 'pe: { packages: [kmod] }', [
      'pe.packages=[htop]',
      'boot.timeout=0',
      'pe.hostname=box',
    ]);
    expect(pe).toMatchObject({ packages: ['kmod', 'htop'], hostname: 'box' });
    expect(boot.timeout).toBe(0);
  });
});

describe('settling', () => {
  test('relative paths start from the file they are written in', async () => {
    const folder = writeRecipes({
      'a/parent.yaml': parent('pe: { template: ./tree, files: [{ path: /x, source: x }] }'),
      'a/x': '',
      'a/tree/y': '',
      'b/z': '',
      'child.yaml':
        'name: child\nextends: a/parent.yaml\npe: { files: [{ path: /z, source: b/z, mode: 0750 }] }',
    });
    const { recipe } = await loadRecipe(join(folder, 'child.yaml'));
    expect(recipe.pe.template).toBe(join(folder, 'a/tree'));
    expect(recipe.pe.files.map((file) => file.from)).toEqual([
      { kind: 'source', source: join(folder, 'a/x') },
      { kind: 'source', source: join(folder, 'b/z') },
    ]);
    // YAML reads 0750 as seven hundred and fifty.
    expect(recipe.pe.files[1]?.mode).toBe(0o750);
  });

  test('names give the host, the volume and the file their names; users count from 1000', async () => {
    const { pe, media } = await merged(
      '',
      'pe: { users: [{ name: a }, { name: b, uid: 1000 }, { name: c }, { name: root }] }',
    );
    expect(pe.hostname).toBe('child');
    expect(media.iso).toEqual({ label: 'CHILD', filename: 'child.iso' });
    expect(pe.users.map((user) => [user.uid, user.home])).toEqual([
      [1001, '/home/a'],
      [1000, '/home/b'],
      [1002, '/home/c'],
      [0, '/root'],
    ]);
  });

  test('the recipe cannot be changed', async () => {
    const { pe } = await merged('', '');
    expect(() => (pe.packages as string[]).push('x')).toThrow(TypeError);
  });

  test('a word or list for hardware stands for its profiles, and a child’s takes the place of the inherited', async () => {
    const free = 'packages: { components: [main, non-free-firmware] }\n';
    const above = `${free}hardware: { profiles: [pc], memory: 256MiB, firmware: none }`;
    expect((await merged(above, 'hardware: virtual')).hardware).toMatchObject({
      profiles: ['virtual'],
      memory: 256 * 2 ** 20,
      firmware: 'none',
      microcode: [],
    });
    const profiles = async (parent: string, child: string, set: string[] = []): Promise<readonly string[]> =>
      (await merged(free + parent, child, set)).hardware.profiles;
    expect(await profiles('hardware: pc', 'hardware: [mini-itx, virtual]')).toEqual(['mini-itx', 'virtual']);
    expect(await profiles('hardware: pc', 'hardware: { memory: 1GiB }')).toEqual(['pc']);
    expect(await profiles('hardware: pc', '', ['hardware=server'])).toEqual(['server']);
  });
});
