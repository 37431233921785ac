import { describe, expect, test } from 'vitest';
import { planFilter } from '../../../../src/pe/lib/systems/network/filter-plan.ts';
import { nftAdditions, nftText } from '../../../../src/pe/lib/systems/network/nft.ts';
import { bridge, db, web } from './on-bridge.ts';

const off = { ...web, forwards: [] };
const both = planFilter(undefined, bridge, [web, db]).written;

describe('the packet filter of the systems', () => {
  test('is written as a whole the first time, and on another bridge', () => {
    expect(planFilter(undefined, bridge, [web]).what).toBe('whole');
    const other = planFilter(both, { ...bridge, ipv4: '10.99.0.0/24' }, [web]);
    expect(other).toMatchObject({ what: 'whole', all: [web] });
  });

  test('gets what a system needs that has come', () => {
    const one = planFilter(undefined, bridge, [web]).written;
    expect(planFilter(one, bridge, [web, db])).toMatchObject({ what: 'more', added: [db] });
  });

  test('keeps the addresses of a system that has gone, but not its forwards', () => {
    const gone = planFilter(both, bridge, [db]);
    expect(gone).toMatchObject({ what: 'whole', all: [db, off] });
    expect(nftText(bridge, gone.all)).not.toContain('tcp . 8080');
    expect(nftText(bridge, gone.all)).toContain(`"${web.port}" . ${web.mac}`);
  });

  test('is as it should be when a system without forwards comes back', () => {
    const { written } = planFilter(both, bridge, [web]);
    expect(planFilter(written, bridge, [web, db])).toMatchObject({ what: 'nothing', added: [] });
  });

  test('gets the forwards of one that comes back', () => {
    const { written } = planFilter(both, bridge, [db]);
    const back = planFilter(written, bridge, [web, db]);
    expect(back).toMatchObject({ what: 'more', added: [web] });
    expect(nftAdditions(bridge, back.added)).toContain('tcp . 8080');
  });

  test('never lets a port speak with an address that it had before', () => {
    const { written } = planFilter(both, bridge, [db]);
    const moved = { ...web, ipv4: '10.88.0.21' };
    const { what, all } = planFilter(written, bridge, [moved, db]);
    expect(what).toBe('whole');
    expect(nftText(bridge, all)).not.toContain(web.ipv4);
  });

  test('is made good when nothing has changed', () => {
    expect(planFilter(both, bridge, [web, db])).toMatchObject({ what: 'whole', all: [web, db] });
  });

  test('is given systems ahead of time, without their forwards', () => {
    const one = planFilter(undefined, bridge, [db]).written;
    const more = planFilter(one, bridge, [db], [web]);
    expect(more).toMatchObject({ what: 'more', added: [off] });
    expect(planFilter(more.written, bridge, [db], [web]).what).toBe('nothing');
    expect(more.written.running).toEqual([db.name]);
  });

  test('does not grow without end', () => {
    const many = Array.from({ length: 400 }, (_, n) => ({ ...db, name: `s${n}`, port: `pe-s${n}` }));
    expect(planFilter(undefined, bridge, [web], many).all.length).toBe(257);
  });
});
