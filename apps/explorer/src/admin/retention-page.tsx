import { useQuery } from '@tanstack/react-query'
import { retentionQuery } from '../agents/agent-queries.ts'
import { Failure } from '../components/failure.tsx'
import { Loading } from '../components/loading.tsx'
import { OutcomeNotice, useOutcome } from '../components/outcome.tsx'
import { useTitle } from '../components/use-title.ts'
import { AssignmentsSection } from '../retention/assignments-section.tsx'
import { ClassesSection } from '../retention/classes-section.tsx'
import { NextRunSection } from '../retention/next-run-section.tsx'
import { PolicyFacts } from '../retention/policy-facts.tsx'
import { ReceiptsSection } from '../retention/receipts-section.tsx'
import { RequireAdmin } from './require-admin.tsx'

export function RetentionPage() {
  useTitle('Retention')
  return (
    <RequireAdmin>
      <Retention />
    </RequireAdmin>
  )
}

function Retention() {
  const report = useQuery({ ...retentionQuery, refetchInterval: 15_000 })
  const outcome = useOutcome()
  return (
    <div className="page">
      <h1>Retention</h1>
      <OutcomeNotice outcome={outcome} />
      {report.error && <Failure error={report.error} retry={() => void report.refetch()} />}
      {report.isPending && <Loading what="the policy" />}
      {report.data && (
        <>
          <PolicyFacts report={report.data} />
          <ClassesSection classes={report.data.classes} say={outcome.say} />
          <AssignmentsSection report={report.data} say={outcome.say} />
          <NextRunSection />
        </>
      )}
      <ReceiptsSection />
    </div>
  )
}
