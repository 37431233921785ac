const networkDevice = /^pci:v[0-9A-F]{8}d[0-9A-F]{8}.*bc02|^virtio:d00000001|^vmbus:635161f83edfc546/;

/** Whether a modalias belongs to a network card. */
export const isNetworkDevice = (modalias: string): boolean => networkDevice.test(modalias);

/** Names that drivers are asked for, the network's first: its answer takes longest. Those already asked for are left out. */
export function toProbe(modaliases: readonly string[], asked: ReadonlySet<string>): string[] {
  const fresh = [...new Set(modaliases)].filter((name) => name !== '' && !asked.has(name));
  return [...fresh.filter(isNetworkDevice), ...fresh.filter((name) => !isNetworkDevice(name))];
}
