import { posix } from 'node:path';
import type { Entry, FileEntry, Tree } from '../formats/tree.ts';
import { pemCertificate, subjectHash } from '../formats/x509-name.ts';
import { maker } from './make.ts';
import type { FinishStep } from './types.ts';

const sources = /^usr\/(?:local\/)?share\/ca-certificates\/.+\.crt$/;

function certificates(tree: Tree): FileEntry[] {
  return [...tree]
    .filter((entry): entry is FileEntry => entry.type === 'file' && sources.test(entry.path))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/**
 * What `update-ca-certificates` makes: the bundle `/etc/ssl/certs/ca-certificates.crt`, a link per certificate, and
 * the links by subject hash through which OpenSSL finds them.
 */
export const caCertificates: FinishStep = {
  name: 'CA certificates',
  async run({ tree, read, epoch }) {
    const make = maker(this.name, epoch);
    const files = certificates(tree);
    if (files.length === 0) return { entries: [], warnings: [] };
    const links: Entry[] = [];
    const seen = new Map<string, number>();
    let bundle = '';
    for (const file of files) {
      const text = (await read(file)).toString('latin1');
      const der = pemCertificate(text);
      if (der === undefined) continue;
      bundle += text.endsWith('\n') ? text : `${text}\n`;
      const name = `${posix.basename(file.path, '.crt').replace(/[ ,]/g, '_').replace(/[()]/g, '=')}.pem`;
      const hash = subjectHash(der);
      const number = seen.get(hash) ?? 0;
      seen.set(hash, number + 1);
      links.push(make.link(`etc/ssl/certs/${name}`, `/${file.path}`));
      links.push(make.link(`etc/ssl/certs/${hash}.${number}`, name));
    }
    return { entries: [make.file('etc/ssl/certs/ca-certificates.crt', bundle), ...links], warnings: [] };
  },
};
