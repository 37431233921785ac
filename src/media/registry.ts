import type { MediumKind } from '../recipe/types.ts';
import { isoMedium } from './iso.ts';
import type { Medium } from './types.ts';

export const media: Readonly<Record<MediumKind, Medium>> = { iso: isoMedium };
