import { FailedError, UserError } from '../../../base/errors.ts';
import { type Blob, candidatesIn, chooseImage, filesOf, isIndex, isWrong } from '../../../base/oci/image.ts';
import { parseJson } from '../../../base/parse-json.ts';
import { makeFolders, stat, writeFile } from '../../host/files.ts';
import { checkInterrupted } from '../../host/interrupt.ts';
import { readText, removeFile } from '../../host.ts';
import {
  challengeIn,
  type ImageReference,
  manifestTypes,
  parseReference,
  tokenUrl,
} from '../../lib/systems/oci/reference.ts';
import { toUtf8 } from '../../lib/utf8.ts';
import { sha256OfFile } from '../archive/hash.ts';
import type { Report } from '../archive/progress.ts';
import { curl } from './fetch.ts';
import { ownArchitecture } from './image.ts';

/** Images from registries, by the HTTP API of the OCI distribution specification, as a layout on the disk. */

interface Session {
  readonly image: ImageReference;
  readonly folder: string;
  token: string | undefined;
}

const failed = (image: ImageReference, what: string, hint?: string): FailedError =>
  new FailedError('registry', `${image.host}: ${what}`, { hint });

/** Asks the registry for something; once more with a token where it wants one. Resolves to the file it is in. */
async function ask(session: Session, path: string, into: string, accept: readonly string[]): Promise<void> {
  const { image } = session;
  const headers = `${session.folder}/headers`;
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const { code, said } = await curl({
      url: `${image.scheme}://${image.host}/v2/${image.repository}/${path}`,
      output: into,
      'dump-header': headers,
      header: [
        ...accept.map((type) => `Accept: ${type}`),
        ...(session.token === undefined ? [] : [`Authorization: Bearer ${session.token}`]),
      ],
    });
    checkInterrupted();
    if (code !== 0) throw failed(image, 'it does not answer', said);
    const answer = readText(headers) ?? '';
    const status = Number([...answer.matchAll(/^HTTP\/\S+ (\d{3})/gm)].at(-1)?.[1]);
    if (status === 200) return;
    const challenge = status === 401 ? challengeIn(answer) : undefined;
    if (challenge === undefined || attempt > 0) throw refusal(image, status);
    session.token = await token(session, tokenUrl(challenge, image.repository));
  }
}

const refusal = (image: ImageReference, status: number): FailedError =>
  status === 404
    ? failed(image, `it has no ${image.repository} ${image.reference}`)
    : status === 401 || status === 403
      ? failed(
          image,
          `it does not give ${image.repository} to everybody`,
          'images that need a login cannot be used',
        )
      : failed(image, `it answers with status ${status}`);

async function token(session: Session, url: string): Promise<string> {
  const file = `${session.folder}/token`;
  removeFile(file);
  const { code, said } = await curl({ url, output: file });
  const answer = parseJson(readText(file)) as { token?: unknown; access_token?: unknown } | undefined;
  removeFile(file);
  const found = answer?.token ?? answer?.access_token;
  if (code !== 0 || typeof found !== 'string' || /[\r\n]/.test(found))
    throw failed(session.image, 'it gives no token', said);
  return found;
}

/** Fetches a file that is known by its digest, and checks it. */
async function fetchBlob(session: Session, { path, sha256 = '', size }: Blob): Promise<string> {
  const at = `${session.folder}/${path}`;
  if (stat(at) !== undefined) return at;
  await ask(session, `blobs/sha256:${sha256}`, at, []);
  if ((size !== undefined && stat(at)?.size !== size) || (await sha256OfFile(at)) !== sha256)
    throw failed(session.image, `what it gave is not what its digest says (${sha256.slice(0, 12)}…)`);
  return at;
}

async function fetchManifest(
  session: Session,
  reference: string,
): Promise<{ json: unknown; sha256: string }> {
  const at = `${session.folder}/manifest`;
  await ask(session, `manifests/${reference}`, at, manifestTypes);
  const sha256 = await sha256OfFile(at);
  if (reference.startsWith('sha256:') && reference !== `sha256:${sha256}`)
    throw failed(session.image, `what it gave is not ${reference}`);
  return { json: parseJson(readText(at)), sha256 };
}

/** Fetches an image for this machine into a folder, as an OCI layout of that one image. Throws `UserError` and `FailedError`. */
export async function fetchImage(name: string, folder: string, report: Report): Promise<ImageReference> {
  const image = parseReference(name);
  if ('wrong' in image) throw new UserError({ code: 'bad-image', message: `${name} ${image.wrong}` });
  const blobs = `${folder}/blobs/sha256`;
  makeFolders(blobs);
  const session: Session = { image, folder, token: undefined };
  let manifest = await fetchManifest(session, image.reference);
  for (let depth = 0; isIndex(manifest.json) && depth < 4; depth += 1) {
    const found = candidatesIn(manifest.json, ownArchitecture());
    const chosen = isWrong(found) ? found : chooseImage(found, undefined);
    if (isWrong(chosen)) throw failed(image, chosen.wrong);
    manifest = await fetchManifest(session, `sha256:${chosen.manifest.sha256 ?? ''}`);
  }
  const files = filesOf(manifest.json);
  if (isWrong(files)) throw failed(image, files.wrong);
  const total = files.layers.reduce((sum, { size }) => sum + (size ?? 0), 0);
  report.begin(`fetching ${image.repository}`, total);
  await fetchBlob(session, files.config);
  let done = 0;
  for (const layer of files.layers) {
    await fetchBlob(session, layer);
    done += layer.size ?? 0;
    report.to(done);
  }
  report.end();
  const text = readText(`${folder}/manifest`) ?? '';
  writeFile(`${blobs}/${manifest.sha256}`, toUtf8(text));
  const entry = { digest: `sha256:${manifest.sha256}`, size: toUtf8(text).length };
  writeFile(`${folder}/index.json`, toUtf8(JSON.stringify({ schemaVersion: 2, manifests: [entry] })));
  return image;
}
