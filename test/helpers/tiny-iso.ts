const sector = 2048;

interface Node {
  readonly name: string;
  readonly bytes: Buffer | undefined;
  readonly children: Map<string, Node>;
  at: number;
}

function both32(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(value, 0);
  bytes.writeUInt32BE(value, 4);
  return bytes;
}

/** One directory record with its Rock Ridge fields PX and NM (and SP, in the root's own). */
function record(id: string, node: Node, size: number, first: boolean): Buffer {
  const mode = node.bytes === undefined ? 0o40555 : 0o100444;
  const px = Buffer.concat([Buffer.from([0x50, 0x58, 36, 1]), both32(mode), both32(1), both32(0), both32(0)]);
  const name = Buffer.from(node.name);
  const named = id.length > 0 && id !== '\x00' && id !== '\x01';
  const nm = named
    ? Buffer.concat([Buffer.from([0x4e, 0x4d, 5 + name.length, 1, 0]), name])
    : Buffer.alloc(0);
  const sp = first ? Buffer.from([0x53, 0x50, 7, 1, 0xbe, 0xef, 0]) : Buffer.alloc(0);
  const identifier = Buffer.from(id, 'latin1');
  const head = Buffer.alloc(33 + identifier.length + ((identifier.length + 1) % 2));
  both32(node.at).copy(head, 2);
  both32(size).copy(head, 10);
  head[25] = node.bytes === undefined ? 2 : 0;
  head[32] = identifier.length;
  identifier.copy(head, 33);
  const all = Buffer.concat([head, sp, px, nm]);
  const padded = Buffer.concat([all, Buffer.alloc(all.length % 2)]);
  padded[0] = padded.length;
  return padded;
}

/**
 * A small ISO 9660 image with Rock Ridge names, for tests that need images of known contents. It boots nothing and has no
 * path table.
 */
export function tinyIso(files: Readonly<Record<string, string | Uint8Array>>, label = 'TINY'): Buffer {
  const root: Node = { name: '', bytes: undefined, children: new Map(), at: 0 };
  for (const [path, content] of Object.entries(files)) {
    const parts = path.split('/');
    let node = root;
    parts.forEach((name, i) => {
      const bytes = i === parts.length - 1 ? Buffer.from(content as string) : undefined;
      const child = node.children.get(name) ?? { name, bytes, children: new Map<string, Node>(), at: 0 };
      node.children.set(name, child);
      node = child;
    });
  }
  const nodes: Node[] = [];
  const visit = (node: Node): void => {
    nodes.push(node);
    for (const child of node.children.values()) visit(child);
  };
  visit(root);
  let next = 18;
  for (const node of nodes) {
    node.at = next;
    next += Math.max(1, Math.ceil((node.bytes?.length ?? sector) / sector));
  }
  const image = Buffer.alloc(next * sector);
  for (const node of nodes) {
    if (node.bytes !== undefined) {
      node.bytes.copy(image, node.at * sector);
      continue;
    }
    const records = [record('\x00', node, sector, node === root), record('\x01', node, sector, false)];
    let number = 0;
    for (const child of node.children.values()) {
      number += 1;
      records.push(record(`F${number};1`, child, child.bytes?.length ?? sector, false));
    }
    const bytes = Buffer.concat(records);
    if (bytes.length > sector) throw new Error('too many files in one folder for a tiny ISO');
    bytes.copy(image, node.at * sector);
  }
  const primary = image.subarray(16 * sector, 17 * sector);
  primary.write('\x01CD001\x01', 0, 'latin1');
  primary.write(label.padEnd(32), 40, 'latin1');
  both32(next).copy(primary, 80);
  record('\x00', root, sector, false).subarray(0, 34).copy(primary, 156);
  image.write('\xffCD001\x01', 17 * sector, 'latin1');
  return image;
}
