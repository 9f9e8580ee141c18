/** The dialog that deletes a conversation. */
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Thread } from '../api/types';
import { toastError } from '../page/error-notice';
import { Confirm } from '../ui/dialog';
import { toast } from '../ui/toast';
import { words } from '../words';
import { clearActivity } from './activity';
import { clearDraft } from './draft';
import { linesOf, linesTitle } from './lines';
import { abortRequest } from './requests';
import { deleteThread } from './thread-api';

interface DeleteDialogProps {
  thread: Thread;
  onClose: () => void;
  onDeleted?: () => void;
}

export function DeleteDialog({ thread, onClose, onDeleted }: DeleteDialogProps) {
  const client = useQueryClient();
  const [isDeleting, setIsDeleting] = useState(false);
  const { thread_id: id } = thread;
  const deleteConfirmed = async () => {
    setIsDeleting(true);
    try {
      await deleteThread(client, id);
      abortRequest(id);
      clearActivity(id);
      clearDraft(id);
      toast('success', words.thread.deleted);
      onClose();
      onDeleted?.();
    } catch (error) {
      toastError(error);
      setIsDeleting(false);
    }
  };
  return (
    <Confirm
      open
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={words.thread.deleteTitle}
      description={words.thread.deleteText(linesTitle(linesOf(thread)), thread.message_count)}
      action={words.thread.delete}
      busy={isDeleting && words.thread.deleting}
      onConfirm={() => void deleteConfirmed()}
    />
  );
}
