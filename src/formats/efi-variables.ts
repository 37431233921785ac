import { FailedError } from '../base/errors.ts';

/** A variable of UEFI firmware. */
interface EfiVariable {
  readonly name: string;
  readonly vendor: Buffer;
  readonly data: Buffer;
}

/** A GUID as it is stored: the first three groups in little-endian order. */
function guid(text: string): Buffer {
  const bytes = Buffer.from(text.replaceAll('-', ''), 'hex');
  bytes.subarray(0, 4).reverse();
  bytes.subarray(4, 6).reverse();
  bytes.subarray(6, 8).reverse();
  return bytes;
}

/** EFI_GLOBAL_VARIABLE and EFI_IMAGE_SECURITY_DATABASE_GUID, EFI_CERT_X509_GUID (UEFI specification, chapter 32). */
const globalVariable = guid('8be4df61-93ca-11d2-aa0d-00e098032b8c');
const securityDatabase = guid('d719b2cb-3d3a-4596-a3bc-dad00e67656f');
const certX509 = guid('a5c059a1-94e4-4aa7-87b5-ab155c2bf072');
/** Who put a key there; any number will do. */
const owner = guid('6d2c5c1e-7a0b-4c53-8b0a-0d15cb105000');

/** gEfiAuthenticatedVariableGuid: the store's own mark (EDK II, MdeModulePkg/Include/Guid/VariableFormat.h). */
const storeMark = guid('aaf32c78-947b-439a-a180-2e144ec37792');
const storeHeader = 28;
const variableHeader = 60;
const startId = 0x55aa;
/** VAR_ADDED. */
const added = 0x3f;
/** Non-volatile, for boot services and at run time, with time-based authentication. */
const attributes = 0x27;

/**
 * OVMF's variables (`OVMF_VARS*.fd`, as they are shipped: without any) with a certificate as platform key, key exchange key and
 * only signer that Secure Boot accepts: the firmware then starts in user mode, and Secure Boot is on.
 * @param certificate DER
 */
export function withOwnKeys(pristine: Buffer, certificate: Buffer): Buffer {
  const data = signatureList(certificate);
  return withVariables(pristine, [
    { name: 'PK', vendor: globalVariable, data },
    { name: 'KEK', vendor: globalVariable, data },
    { name: 'db', vendor: securityDatabase, data },
  ]);
}

/** EFI_SIGNATURE_LIST with one certificate. */
function signatureList(certificate: Buffer): Buffer {
  const sizes = Buffer.alloc(12);
  const entry = owner.length + certificate.length;
  sizes.writeUInt32LE(certX509.length + sizes.length + entry, 0);
  sizes.writeUInt32LE(entry, 8);
  return Buffer.concat([certX509, sizes, owner, certificate]);
}

/** Writes variables into a store that has none. */
function withVariables(pristine: Buffer, variables: readonly EfiVariable[]): Buffer {
  const store = pristine.indexOf(storeMark);
  const from = store + storeHeader;
  const size = store === -1 ? 0 : pristine.readUInt32LE(store + 16);
  if (size === 0 || pristine.readUInt16LE(from) === startId)
    throw new FailedError('bad-firmware', 'these are no variables of OVMF as it is shipped');
  const file = Buffer.from(pristine);
  let at = from;
  for (const variable of variables) {
    const bytes = variableBytes(variable);
    if (at + bytes.length > store + size) throw new FailedError('bad-firmware', 'the variables do not fit');
    bytes.copy(file, at);
    // Each starts at a whole 4 bytes; what is between them is not written, which in flash memory is ones.
    at += Math.ceil(bytes.length / 4) * 4;
  }
  return file;
}

/** AUTHENTICATED_VARIABLE_HEADER, name and data. */
function variableBytes({ name, vendor, data }: EfiVariable): Buffer {
  const text = Buffer.from(`${name}\0`, 'utf16le');
  const header = Buffer.alloc(variableHeader);
  header.writeUInt16LE(startId, 0);
  header.writeUInt8(added, 2);
  header.writeUInt32LE(attributes, 4);
  header.writeUInt32LE(text.length, 36);
  header.writeUInt32LE(data.length, 40);
  vendor.copy(header, 44);
  return Buffer.concat([header, text, data]);
}
