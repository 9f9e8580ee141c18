/** Asks before a conversation is deleted. */
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Thread } from '../api/types';
import { toastError } from '../page/failure';
import { Confirm } from '../ui/dialog';
import { toast } from '../ui/toast';
import { words } from '../words';
import { forgetActivity } from './activity';
import { forgetDraft } from './draft';
import { linesOf, linesTitle } from './lines';
import { deleteThread } from './opening';
import { interrupt } from './running';

interface DeleteDialogProps {
  thread: Thread;
  onClose: () => void;
  onDeleted?: () => void;
}

export function DeleteDialog({ thread, onClose, onDeleted }: DeleteDialogProps) {
  const client = useQueryClient();
  const [isDeleting, setIsDeleting] = useState(false);
  const { thread_id: id } = thread;
  const confirmed = async () => {
    setIsDeleting(true);
    try {
      await deleteThread(client, id);
      interrupt(id);
      forgetActivity(id);
      forgetDraft(id);
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
      onConfirm={() => void confirmed()}
    />
  );
}
