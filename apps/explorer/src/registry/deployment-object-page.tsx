export function DeploymentObjectPage({ id }: { id: string }) {
  return (
    <div className="page">
      <h1>Deployment object {id}</h1>
    </div>
  )
}
