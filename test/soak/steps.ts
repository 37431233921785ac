/** Operations that power is cut in, and what they are done to. Commands are for the shell of a PE whose data disk is `/dev/vda`. */

/** What the shell does first in each command, since each has a shell of its own. */
const words = `
set -e
# Files that differ, of some KB, in a folder: NAME COUNT
fill() { mkdir -p $1; i=0; while [ $i -lt $2 ]; do i=$((i + 1)); head -c $((i * 97)) /dev/urandom >$1/file$i; done; }
`;
export const script = (text: string): string => `${words}\n${text}`;

export interface StepPlan {
  readonly name: string;
  /** Before it, with the power on for certain; what it writes is on the disk when the step begins. */
  readonly first?: string;
  readonly command: string;
  /** It makes the whole disk anew: meanwhile there is no data volume. */
  readonly wholeDisk?: true;
}

const someSystems = `
mkdir -p /run/root/sbin /run/root/etc; cp /usr/bin/busybox /run/root/sbin/init; fill /run/root/srv 60
ln -s ../srv/file1 /run/root/etc/link; ln /run/root/srv/file2 /run/root/etc/twin
systemx create bystander --engine chroot order=3; fill /hd/bystander/delta/var 40
systemx create old-timer --from /run/root --engine chroot
systemx create subject --engine chroot; fill /hd/subject/delta/srv 60
systemx backup subject /run/subject.tar.zst
fill /hd/subject/delta/srv/later 20; systemx set subject memory=99MiB
`;

export const steps: readonly StepPlan[] = [
  { name: 'setup-disk', command: 'systemx setup-disk /dev/vda --yes /dev/vda', wholeDisk: true },
  { name: 'create', first: someSystems, command: 'systemx create fresh' },
  { name: 'create-os', command: 'systemx create box --from /run/root --engine chroot' },
  { name: 'clone', command: 'systemx clone subject copy' },
  { name: 'clone-os', command: 'systemx clone box box2' },
  { name: 'set', command: 'systemx set subject memory=64MiB order=7 autostart=no' },
  { name: 'restore', command: 'systemx restore /run/subject.tar.zst again' },
  {
    name: 'restore-replace',
    command: 'systemx restore /run/subject.tar.zst subject --replace --yes subject',
  },
  {
    name: 'restore-keep',
    first: 'fill /hd/subject/delta/srv/third 20',
    command: 'systemx restore /run/subject.tar.zst subject --replace --keep before --yes subject',
  },
  { name: 'snapshot', command: 'systemx snapshot subject second' },
  { name: 'rollback', command: 'systemx rollback subject before --yes subject' },
  { name: 'rename', command: 'systemx rename copy moved' },
  { name: 'destroy', command: 'systemx destroy moved --yes moved' },
  { name: 'destroy-os', command: 'systemx destroy box2 --yes box2' },
  {
    name: 'setup-disk-again',
    first: 'umount /hd /run/diskbios/volumes/0',
    command: 'systemx setup-disk /dev/vda --yes /dev/vda',
    wholeDisk: true,
  },
];
