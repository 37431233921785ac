const networkDevice = /^pci:v[0-9A-F]{8}d[0-9A-F]{8}.*bc02|^virtio:d00000001|^vmbus:635161f83edfc546/;

/** Names that drivers are asked for, the network's first: its answer takes longest. Those already asked for are left out. */
export function toProbe(
  modaliases: readonly string[],
  asked: ReadonlySet<string>,
): { readonly network: readonly string[]; readonly others: readonly string[] } {
  const fresh = [...new Set(modaliases)].filter((name) => name !== '' && !asked.has(name));
  return {
    network: fresh.filter((name) => networkDevice.test(name)),
    others: fresh.filter((name) => !networkDevice.test(name)),
  };
}
