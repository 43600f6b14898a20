import { defineConfig } from 'vitest/config'

const exclude = ['**/node_modules/**', '**/generated/**', '**/dist/**', '**/.logboom/**']

export default defineConfig({
  test: {
    // A worker is busy with its servers too: more than two on two cores only add time-outs.
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['**/*.test.ts'],
          exclude: [...exclude, '**/*.{int,e2e,browser,chaos}.test.ts'],
          pool: 'threads',
          // a property on a busy machine
          testTimeout: 20_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'int',
          include: ['**/*.int.test.ts'],
          exclude,
          globalSetup: ['tools/testing/src/start-test-servers.ts'],
          pool: 'forks',
          testTimeout: 30_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['e2e/**/*.e2e.test.ts'],
          exclude,
          pool: 'forks',
          maxWorkers: 1,
          testTimeout: 180_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 2 },
        },
      },
      {
        // the explorer in a real browser, all files before one system
        extends: true,
        test: {
          name: 'browser',
          include: ['e2e/**/*.browser.test.ts'],
          exclude,
          globalSetup: ['e2e/src/explorer/system-fixture.ts'],
          pool: 'forks',
          maxWorkers: 1,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          expect: { poll: { timeout: 10_000 } },
          sequence: { groupOrder: 3 },
        },
      },
      {
        // npm run test:chaos: minutes each, with more lines and more kills than anybody waits for after a change
        extends: true,
        test: {
          name: 'chaos',
          include: ['**/*.chaos.test.ts'],
          exclude,
          pool: 'forks',
          maxWorkers: 1,
          testTimeout: 1_800_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 4 },
        },
      },
    ],
  },
})
