import { recipeCases } from '../helpers/recipe-cases.ts';

await recipeCases('media', ['media']);
