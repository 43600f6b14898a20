import { expect } from 'vitest'
import { test } from './explorer-fixture.ts'

test('the page that is served runs under its own policy, with nothing from elsewhere', async ({ open }) => {
  const { page } = await open()
  await page.goto('/')
  await page.locator('#root > *').first().waitFor()
  expect(await page.title()).toContain('Logboom')
})
