export const busybox = '/usr/bin/busybox';
