import { describe, expect, it } from 'vitest';
import type { PersonalFile, PersonalSettings } from '../../../src/base/personal.ts';
import { readCpio } from '../../../src/formats/cpio.ts';
import {
  emptyPersonalArea,
  personalArea,
  personalAreaBytes,
  personalChanges,
  readPersonalArea,
} from '../../../src/formats/personal-area.ts';
import type { Piece } from '../../../src/formats/piece.ts';

const file = (settings: PersonalSettings, at = '2026-01-01'): PersonalFile => ({
  version: 1,
  settings,
  set: Object.fromEntries(Object.keys(settings).map((key) => [key, at])),
});
const found = (bytes: Buffer): PersonalSettings | string | undefined => {
  const copy = readPersonalArea(bytes);
  return copy === undefined ? undefined : 'problem' in copy ? copy.problem : copy.file.settings;
};
const put = (bytes: Buffer, { at, bytes: piece }: Piece): void => void piece.copy(bytes, at);

describe('the reserved place for personal settings', () => {
  it('is an archive for the kernel, as long as it always is, with nothing in it', () => {
    const empty = emptyPersonalArea();
    expect(empty.length).toBe(personalAreaBytes);
    expect(found(empty)).toBeUndefined();
    const names = readCpio(empty).records.map(({ entry }) => [entry.path, entry.type, entry.mode]);
    expect(names).toEqual([
      ['diskbios', 'dir', 0o755],
      ['diskbios/personal', 'dir', 0o700],
      ['diskbios/personal/1', 'file', 0o600],
      ['diskbios/personal/2', 'file', 0o600],
    ]);
  });

  it('gives back what was put there, and what was put there next', () => {
    const area = personalArea(file({ hostname: 'pe1', sshKeys: ['ssh-ed25519 AAAA 张三'] }));
    expect(found(area)).toEqual({ hostname: 'pe1', sshKeys: ['ssh-ed25519 AAAA 张三'] });
    for (const hostname of ['pe2', 'pe3', 'pe4']) {
      for (const piece of personalChanges(area, file({ hostname })).flat()) put(area, piece);
      expect(found(area)).toEqual({ hostname });
      // Nothing is left of what was secret once.
      expect(area.toString('latin1')).not.toContain('AAAA');
    }
    expect(readCpio(area).records).toHaveLength(4);
    for (const piece of personalChanges(area, undefined).flat()) put(area, piece);
    expect(area.equals(emptyPersonalArea())).toBe(true);
  });

  it('holds the old or the new settings wherever the power goes', () => {
    const key = `ssh-rsa ${'A'.repeat(5000)} a@b`;
    const [old, fresh] = [file({ hostname: 'old', sshKeys: [key] }), file({ hostname: 'new' })];
    for (const before of [emptyPersonalArea(), personalArea(old), personalArea(fresh)]) {
      for (const after of [old, fresh]) {
        const area = Buffer.from(before);
        for (const piece of personalChanges(before, after).flat()) {
          // Sectors reach the disk in any order.
          for (const order of ['first', 'last'] as const) {
            for (let cut = 0; cut < piece.bytes.length; cut += 512) {
              const torn = Buffer.from(area);
              const part = order === 'first' ? piece.bytes.subarray(0, cut) : piece.bytes.subarray(cut);
              part.copy(torn, piece.at + (order === 'first' ? 0 : cut));
              expect([found(before), after.settings]).toContainEqual(found(torn));
            }
          }
          put(area, piece);
        }
        expect(found(area)).toEqual(after.settings);
      }
    }
  });

  it('says of damaged settings that they are', () => {
    const area = personalArea(file({ hostname: 'pe1' }));
    const at = area.indexOf('pe1');
    area.write('pe2', at);
    expect(found(area)).toBe('they are damaged (checksum)');
  });

  it('refuses what it has no room for, and a place that is none', () => {
    const sshKeys = Array.from({ length: 40 }, (_, n) => `ssh-rsa ${'A'.repeat(700)} ${n}`);
    expect(() => personalArea(file({ sshKeys }))).toThrow(/there is room for 24576/);
    expect(() => readPersonalArea(Buffer.alloc(personalAreaBytes))).toThrow(/not as diskbios makes it/);
  });
});
