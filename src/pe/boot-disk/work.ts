/** What is done with the disk that this PE was started from; a PE that was started from something else does not read it. */
export { growFiles } from './grow-files.ts';
export { plannedGrowth, writeGrowth } from './grow-table.ts';
export { isBootDisk, liesOn, placeOf } from './partitions.ts';
export { readSlots } from './slot.ts';
