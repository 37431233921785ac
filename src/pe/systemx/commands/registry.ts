import type { Command } from '../command.ts';
import { create } from './create.ts';
import { enter, exec } from './inside.ts';
import { keep } from './keep.ts';
import { list } from './list.ts';
import { internal, restart, start, stop } from './service.ts';

/** In the order of the overview. */
export const commands: readonly Command[] = [
  list,
  create,
  start,
  stop,
  restart,
  enter,
  exec,
  keep,
  ...internal,
];
