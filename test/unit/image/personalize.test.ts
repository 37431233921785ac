import { chmodSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/base/errors.ts';
import { sha256 } from '../../../src/base/json.ts';
import { emptyPersonalArea } from '../../../src/formats/personal-area.ts';
import { personalize, readPersonal } from '../../../src/image/personalize.ts';
import { tinyIso } from '../../helpers/tiny-iso.ts';
import { testFolder } from './fixture.ts';

const folder = testFolder();
const iso = (): Buffer =>
  tinyIso({ 'boot/other': 'a'.repeat(3000), 'diskbios/personal.cpio': emptyPersonalArea() });

describe('personal settings of an image', () => {
  it('are laid over those before, each over its own, or take their place', () => {
    const file = folder.put('a.iso', iso());
    expect(readPersonal(file)).toBeUndefined();
    personalize(file, { settings: { hostname: 'one', autostart: ['web'] } });
    const first = readPersonal(file);
    expect(personalize(file, { settings: { hostname: 'two' } })).toEqual({
      hostname: 'two',
      autostart: ['web'],
    });
    const second = readPersonal(file);
    if (first === undefined || 'problem' in first || second === undefined || 'problem' in second)
      throw new Error('there are no settings');
    // The PE tells by it what is new.
    expect(second.set.autostart).toBe(first.set.autostart);
    expect(personalize(file, { settings: { hostname: 'three' }, only: true })).toEqual({ hostname: 'three' });
    expect(personalize(file, 'clear')).toEqual({});
    expect(readFileSync(file).equals(iso())).toBe(true);
  });

  it('change nothing else: mode, links to it, other bytes; nothing is left beside it', () => {
    const file = folder.put('a.iso', iso());
    chmodSync(file, 0o640);
    symlinkSync('a.iso', folder.path('link.iso'));
    personalize(folder.path('link.iso'), { settings: { hostname: 'one' } });
    expect(readPersonal(file)).toMatchObject({ settings: { hostname: 'one' } });
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(readdirSync(folder.path('')).sort()).toEqual(['a.iso', 'link.iso']);
    const [before, after] = [iso(), readFileSync(file)];
    const area = before.indexOf(emptyPersonalArea());
    for (const bytes of [before, after]) bytes.fill(0, area, area + emptyPersonalArea().length);
    expect(after.equals(before)).toBe(true);
  });

  it('make a block map that is another image’s go, and tell which checksums do not hold', () => {
    const file = folder.put('a.iso', iso());
    folder.put('a.iso.bmap', '<bmap version="2.0">');
    folder.put('SHA256SUMS', `${sha256(iso())}  a.iso\n`);
    const notes: string[] = [];
    const onNote = (text: string): void => void notes.push(text);
    personalize(file, { settings: { hostname: 'one' } }, { onNote });
    expect(notes).toEqual([
      'a.iso.bmap was not the block map of this image, and is removed',
      'the checksum of a.iso in SHA256SUMS no longer holds',
    ]);
    personalize(file, 'clear', { onNote });
    expect(notes).toHaveLength(2);
  });

  it('that are damaged are named, and replaced', () => {
    const bytes = iso();
    const file = folder.put('a.iso', bytes);
    personalize(file, { settings: { hostname: 'one' } });
    const changed = readFileSync(file);
    changed.write('two', changed.indexOf('"one"') + 1);
    folder.put('a.iso', changed);
    expect(readPersonal(file)).toEqual({ problem: 'they are damaged (checksum)' });
    const notes: string[] = [];
    personalize(file, { settings: { autostart: [] } }, { onNote: (text) => void notes.push(text) });
    expect(notes[0]).toMatch(/that were there do not count: they are damaged/);
    expect(readPersonal(file)).toMatchObject({ settings: { autostart: [] } });
  });

  it('are refused where they are wrong or there is no place, before anything is written', () => {
    const file = folder.put('a.iso', iso());
    expect(() => personalize(file, { settings: { hostname: 'A B' } })).toThrow(UserError);
    const other = folder.put('b.iso', tinyIso({ 'boot/other': 'x' }));
    expect(() => personalize(other, { settings: { hostname: 'one' } })).toThrow(
      /no place for personal settings/,
    );
    expect(readFileSync(file).equals(iso())).toBe(true);
  });
});
