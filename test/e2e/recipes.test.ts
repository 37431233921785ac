import { recipeCases } from '../helpers/recipe-cases.ts';

// The default recipe with every firmware and medium; the others have a file of their own.
await recipeCases('recipes', ['diskbios', 'cloudbios']);
