import tseslint from 'typescript-eslint';

// The layering of docs/architecture.md: a folder may import from itself and from the folders named here.
const layers = {
  base: [],
  formats: ['base'],
  hardware: ['base', 'formats'],
  kernel: ['base'],
  recipe: ['base', 'hardware', 'kernel'],
  sys: ['base'],
  store: ['base', 'sys'],
  debian: ['base', 'formats', 'hardware', 'sys', 'store', 'recipe'],
  plan: ['base', 'formats', 'kernel', 'recipe', 'sys', 'store', 'debian'],
  rootfs: ['base', 'formats'],
  steps: ['base', 'formats', 'hardware', 'kernel', 'recipe', 'sys', 'store', 'debian', 'plan', 'rootfs'],
  media: ['base', 'formats', 'recipe', 'sys', 'store', 'debian', 'plan', 'steps'],
  build: ['base', 'formats', 'hardware', 'kernel', 'recipe', 'sys', 'store', 'debian', 'plan', 'rootfs', 'steps', 'media'],
  image: ['base', 'formats', 'kernel', 'recipe', 'sys', 'store', 'debian', 'plan', 'steps'],
  flash: ['base', 'formats', 'sys'],
  boot: ['base', 'formats', 'sys', 'store', 'debian', 'plan', 'steps', 'build'],
  serve: ['base', 'recipe', 'sys', 'store', 'debian', 'steps', 'build'],
  proof: ['base', 'formats', 'recipe', 'sys', 'store', 'debian', 'plan', 'steps', 'build', 'image', 'boot'],
};
const folders = [...Object.keys(layers), 'cli', 'pe'];

const layering = Object.entries(layers).map(([folder, allowed]) => ({
  files: [`src/${folder}/**/*.ts`],
  rules: {
    '@typescript-eslint/no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            regex: `^(\\.\\./)+(${folders.filter((f) => f !== folder && !allowed.includes(f)).join('|')})/`,
            allowTypeImports: false,
            message: `src/${folder} may import only from: ${[folder, ...allowed].join(', ')} (docs/architecture.md)`,
          },
          { regex: '^execa$', message: 'processes are started through src/sys/run.ts only' },
          { regex: '^tmp-promise$', message: 'temporary folders are made through src/sys/scratch.ts only' },
          { regex: '^node:child_process$', message: 'processes are started through src/sys/run.ts only' },
        ],
      },
    ],
  },
}));

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', 'out/**', 'test/fixtures/**'] },
  ...tseslint.configs.strictTypeChecked,
  {
    files: ['src/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts'],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      'max-lines': ['error', { max: 350, skipBlankLines: true, skipComments: true }],
    },
  },
  { files: ['test/**/*.ts'], rules: { '@typescript-eslint/no-non-null-assertion': 'off' } },
  ...layering,
  {
    files: ['src/sys/spawn.ts', 'src/sys/start.ts', 'src/sys/scratch.ts'],
    rules: { '@typescript-eslint/no-restricted-imports': 'off' },
  },
  { files: ['**/*.mjs'], ...tseslint.configs.disableTypeChecked },
);
