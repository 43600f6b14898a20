import { lazy, Suspense } from 'react'
import { Redirect, Route, Switch } from 'wouter'
import { Loading } from './components/loading.tsx'
import { NotFoundPage } from './layout/not-found-page.tsx'
import { PageFrame } from './layout/page-frame.tsx'
import { SearchPage } from './search/search-page.tsx'
import { RequireSession } from './session/require-session.tsx'
import { SignInPage } from './session/sign-in-page.tsx'

// What somebody on call opens first comes at once; what is opened now and then comes when it is opened.
const AgentsPage = lazy(async () => ({ default: (await import('./agents/agents-page.tsx')).AgentsPage }))
const AgentPage = lazy(async () => ({ default: (await import('./agents/agent-page.tsx')).AgentPage }))
const WorkOrdersPage = lazy(async () => ({
  default: (await import('./registry/work-orders-page.tsx')).WorkOrdersPage,
}))
const WorkOrderPage = lazy(async () => ({
  default: (await import('./registry/work-order-page.tsx')).WorkOrderPage,
}))
const DeploymentObjectPage = lazy(async () => ({
  default: (await import('./registry/deployment-object-page.tsx')).DeploymentObjectPage,
}))
const DeploymentObjectsPage = lazy(async () => ({
  default: (await import('./registry/deployment-objects-page.tsx')).DeploymentObjectsPage,
}))
const KeysPage = lazy(async () => ({ default: (await import('./admin/keys-page.tsx')).KeysPage }))
const LimitsPage = lazy(async () => ({ default: (await import('./admin/limits-page.tsx')).LimitsPage }))
const RetentionPage = lazy(async () => ({
  default: (await import('./admin/retention-page.tsx')).RetentionPage,
}))
const DeadLettersPage = lazy(async () => ({
  default: (await import('./admin/dead-letters-page.tsx')).DeadLettersPage,
}))

export function App() {
  return (
    <Switch>
      <Route path="/signin" component={SignInPage} />
      <Route>
        <RequireSession>
          <PageFrame>
            <Suspense fallback={<Loading what="page" />}>
              <Pages />
            </Suspense>
          </PageFrame>
        </RequireSession>
      </Route>
    </Switch>
  )
}

function Pages() {
  return (
    <Switch>
      <Route path="/">
        <Redirect to="/search" replace />
      </Route>
      <Route path="/search" component={SearchPage} />
      <Route path="/agents" component={AgentsPage} />
      <Route path="/agents/:id">{({ id }) => <AgentPage id={id} />}</Route>
      <Route path="/deployment-objects" component={DeploymentObjectsPage} />
      <Route path="/deployment-objects/:id">{({ id }) => <DeploymentObjectPage id={id} />}</Route>
      <Route path="/work-orders" component={WorkOrdersPage} />
      <Route path="/work-orders/:id">{({ id }) => <WorkOrderPage id={id} />}</Route>
      <Route path="/admin/keys" component={KeysPage} />
      <Route path="/admin/limits" component={LimitsPage} />
      <Route path="/admin/retention" component={RetentionPage} />
      <Route path="/admin/dead-letters" component={DeadLettersPage} />
      <Route component={NotFoundPage} />
    </Switch>
  )
}
