import { gzipSync } from 'node:zlib';
import { headerBytes, padding, tarTrailer } from '../../../../src/formats/tar-write.ts';

export interface DebSpec {
  readonly name: string;
  readonly version: string;
  readonly arch?: string;
  readonly depends?: string;
  readonly conflicts?: string;
  readonly provides?: string;
  readonly essential?: boolean;
  /** Bytes of padding in the package, to give it a size. */
  readonly weight?: number;
}

export function controlFields(spec: DebSpec): string {
  const fields: [string, string | undefined][] = [
    ['Package', spec.name],
    ['Version', spec.version],
    ['Architecture', spec.arch ?? 'amd64'],
    ['Maintainer', 'Nobody <nobody@mirror.example>'],
    ['Essential', spec.essential === true ? 'yes' : undefined],
    ['Depends', spec.depends],
    ['Conflicts', spec.conflicts],
    ['Provides', spec.provides],
    ['Description', `the test package ${spec.name}`],
  ];
  return fields
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}: ${value ?? ''}\n`)
    .join('');
}

/** A real, small .deb: the ar archive of deb(5) with two tars in it. */
export function makeDeb(spec: DebSpec): Buffer {
  const text = `${spec.name} ${spec.version}\n`;
  const filler = Buffer.alloc(spec.weight ?? 0, text);
  const members: [string, Buffer][] = [
    ['debian-binary', Buffer.from('2.0\n')],
    ['control.tar.gz', gzipSync(tar('control', Buffer.from(controlFields(spec))))],
    ['data.tar', tar(`usr/share/${spec.name}/what`, Buffer.concat([Buffer.from(text), filler]))],
  ];
  return Buffer.concat([
    Buffer.from('!<arch>\n'),
    ...members.flatMap(([name, data]) => [
      Buffer.from(
        `${name.padEnd(16)}${'0'.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'100644'.padEnd(8)}${String(data.length).padEnd(10)}\`\n`,
      ),
      data,
      Buffer.alloc(data.length % 2, '\n'),
    ]),
  ]);
}

function tar(path: string, content: Buffer): Buffer {
  const entry = {
    type: 'file',
    path,
    mode: 0o644,
    uid: 0,
    gid: 0,
    mtime: 0,
    size: content.length,
    content: { kind: 'bytes', bytes: content },
  };
  const header = headerBytes(entry as unknown as Parameters<typeof headerBytes>[0]);
  return Buffer.concat([header, content, padding(content.length), tarTrailer()]);
}
