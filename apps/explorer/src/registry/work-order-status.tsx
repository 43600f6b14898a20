import type { WorkOrder } from '@logboom/contracts'

const tones: Record<WorkOrder['status'], string> = {
  PENDING: '',
  CLAIMED: '',
  RETRY_PENDING: 'warning',
  COMPLETED: 'good',
  FAILED: 'danger',
  CANCELLED: '',
}

export function WorkOrderStatus({ status }: { status: WorkOrder['status'] }) {
  return <span className={`badge ${tones[status]}`}>{status.toLowerCase().replaceAll('_', ' ')}</span>
}
