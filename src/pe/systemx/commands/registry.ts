import type { Command } from '../command.ts';
import { attachVerb } from './attach.ts';
import { destroy, rename, set } from './change.ts';
import { console } from './console.ts';
import { create } from './create.ts';
import { setup, unlock } from './disk.ts';
import { enter, exec } from './inside.ts';
import { keep } from './keep.ts';
import { logs } from './logs.ts';
import { complete, completion } from './meta.ts';
import { internal, restart, start, stop } from './service.ts';
import { info, list, status } from './show.ts';

/** In the order of the overview. */
export const commands: readonly Command[] = [
  ...[status, list, info],
  ...[create, set, rename, destroy],
  ...[start, stop, restart, enter, exec, console, logs],
  ...[setup, unlock],
  completion,
  complete(() => commands),
  keep,
  attachVerb,
  ...internal,
];
