import { recipeCases } from '../helpers/recipe-cases.ts';

await recipeCases('systems-more', ['disks', 'limits', 'carried']);
