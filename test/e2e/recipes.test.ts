import { recipeCases } from '../helpers/recipe-cases.ts';

await recipeCases('recipes', ['cloud', 'cloudbios', 'diskbios', 'minimal']);
