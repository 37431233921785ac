import { recipeCases } from '../helpers/recipe-cases.ts';

await recipeCases('recipes', ['cloudbios', 'diskbios', 'minimal']);
