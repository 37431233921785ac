import { recipeCases } from '../helpers/recipe-cases.ts';

await recipeCases('systems', ['systems']);
