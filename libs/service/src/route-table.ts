import { apiRoutes } from '@logboom/contracts'
import type { ApiRoute } from '@logboom/contracts'

/** The route that a request belongs to, by the one table of the product; HEAD counts as GET, as in Express. */
export function matchRoute(method: string, path: string): ApiRoute | undefined {
  const wanted = method === 'HEAD' ? 'GET' : method
  return compiled.find(({ route, pattern }) => route.method === wanted && pattern.test(path))?.route
}

/** The methods that a path takes, for `Allow`; empty when no route has that path. */
export function allowedMethods(path: string): string[] {
  const methods = compiled.filter(({ pattern }) => pattern.test(path)).map(({ route }) => route.method)
  return [...new Set(methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])))]
}

/** Whether a path may be one of the explorer's pages or files, which query-api serves besides its routes. */
export function isExplorerPath(method: string, path: string): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false
  return !/^\/(api|ws|\.well-known)(\/|$)/i.test(path) && allowedMethods(path).length === 0
}

// Literal segments come before parameters: `/logs/histogram` is not a log whose id is "histogram".
const compiled = (apiRoutes satisfies readonly ApiRoute[])
  .map((route) => ({ route, pattern: patternOf(route.path), parameters: route.path.split(':').length }))
  .sort((a, b) => a.parameters - b.parameters)

/** As Express matches by default: any case, and a trailing slash makes no difference. */
function patternOf(path: string): RegExp {
  const segments = path.split('/').map((segment) => (segment.startsWith(':') ? '[^/]+' : literal(segment)))
  return new RegExp(`^${segments.join('/')}/?$`, 'i')
}

function literal(segment: string): string {
  return segment.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
