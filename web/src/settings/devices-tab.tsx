/** Where the user is signed in; each sign-in can be ended. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Globe, Monitor, Smartphone } from 'lucide-react';
import { useRef, useState } from 'react';
import { leave } from '../accounts/sign-out';
import { api, data } from '../api/client';
import { isApiError } from '../api/error';
import { keys } from '../api/queries';
import type { Device } from '../api/types';
import { Failure, toastError, told } from '../page/failure';
import { exactTime, relativeTime } from '../page/format';
import { Badge } from '../ui/badge';
import { Button, ButtonLink } from '../ui/button';
import { Confirm } from '../ui/dialog';
import { Notice } from '../ui/notice';
import { Skeleton } from '../ui/skeleton';
import { toast } from '../ui/toast';
import { words } from '../words';
import { Card, Part } from './part';

const text = words.settings.devices;
const HOUR = 3_600_000;

async function readDevices(): Promise<Device[]> {
  return (await data(api.GET('/users/me/devices'))).devices;
}

export function DevicesTab() {
  const devices = useQuery({ queryKey: keys.devices, queryFn: readDevices });
  // Kept while the dialog is open or closing, and so apart from whether it is open.
  const [chosen, setChosen] = useState<Device>();
  const [isAsking, setIsAsking] = useState(false);
  const list = useRef<HTMLUListElement>(null);
  const ending = useEndDevice(() => setIsAsking(false));
  const isThis = chosen?.is_this === true;

  return (
    <Part title={words.settings.tabs.devices} text={text.text}>
      {devices.data !== undefined ? (
        <Card>
          <ul
            ref={list}
            tabIndex={-1}
            aria-label={words.settings.tabs.devices}
            className="divide-y divide-line-soft outline-none"
          >
            {devices.data.map((device) => (
              <Row
                key={device.device_id}
                device={device}
                onEnd={() => {
                  setChosen(device);
                  setIsAsking(true);
                }}
              />
            ))}
          </ul>
        </Card>
      ) : devices.error !== null ? (
        <Failure error={devices.error} onRetry={() => void devices.refetch()} />
      ) : (
        <Outline />
      )}
      <div className="mt-4">
        <Notice
          kind="info"
          actions={
            <ButtonLink to="/settings?tab=password" size="md">
              {text.changePassword}
            </ButtonLink>
          }
        >
          {text.hint}
        </Notice>
      </div>
      <Confirm
        open={isAsking}
        onOpenChange={setIsAsking}
        title={isThis ? text.endThisTitle : text.endTitle(nameOf(chosen))}
        description={isThis ? text.endThisText : text.endText}
        action={text.end}
        busy={ending.isPending && text.ending}
        onConfirm={() => chosen && ending.mutate(chosen)}
      />
    </Part>
  );
}

/** Ends a sign-in. That of this browser is a sign-out. */
function useEndDevice(onSettled: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ device_id }: Device) => {
      await data(api.DELETE('/users/me/devices/{device_id}', { params: { path: { device_id } } }));
    },
    onSuccess: (_, device) => {
      if (device.is_this) return leave(client, 'signed-out');
      toast('success', text.ended, { description: nameOf(device) });
      without(device);
    },
    onError: (error, device) => {
      if (!isApiError(error, 'DEVICE_NOT_FOUND')) return toastError(error);
      const { title, next } = told(error);
      toast('info', title, { description: next });
      without(device);
    },
    onSettled,
  });

  function without(device: Device) {
    client.setQueryData<Device[]>(keys.devices, (known) =>
      known?.filter((other) => other.device_id !== device.device_id),
    );
    void client.invalidateQueries({ queryKey: keys.devices });
  }
}

function nameOf(device: Device | undefined): string {
  return text.is(device?.browser, device?.system);
}

function Row({ device, onEnd }: { device: Device; onEnd: () => void }) {
  const Icon = iconOf(device);
  const since = relativeTime(new Date(device.created_at), new Date());
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 p-4">
      <span
        aria-hidden="true"
        className="flex size-10 shrink-0 items-center justify-center rounded-md bg-hover text-dim"
      >
        <Icon size={20} strokeWidth={1.75} />
      </span>
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-x-2.5 gap-y-1 font-medium">
          {nameOf(device)}
          {device.is_this && <Badge tone="ok">{text.thisDevice}</Badge>}
        </p>
        <p className="text-sm text-dim">
          <Used device={device} />
          <span aria-hidden="true"> · </span>
          <time dateTime={device.created_at} title={exactTime(new Date(device.created_at))}>
            {text.since(since)}
          </time>
        </p>
      </div>
      <Button aria-label={text.endLabel(nameOf(device), since)} onClick={onEnd}>
        {text.end}
      </Button>
    </li>
  );
}

/** When it was used last, which the server knows to within an hour. */
function Used({ device }: { device: Device }) {
  if (device.is_this) return <span>{text.now}</span>;
  const used = new Date(device.last_used_at);
  const now = new Date();
  const when = now.getTime() - used.getTime() < HOUR ? text.lastHour : text.used(relativeTime(used, now));
  return (
    <time dateTime={device.last_used_at} title={exactTime(used)}>
      {when}
    </time>
  );
}

function iconOf({ system }: Device) {
  if (system === undefined) return Globe;
  return /android|ios|iphone|ipad/i.test(system) ? Smartphone : Monitor;
}

function Outline() {
  return (
    <Card className="divide-y divide-line-soft">
      <p role="status" className="sr-only">
        {words.common.loading}
      </p>
      {[0, 1].map((row) => (
        <div key={row} className="flex items-center gap-4 p-4">
          <Skeleton className="size-10 shrink-0" />
          <div className="flex flex-1 flex-col gap-2">
            <Skeleton className="h-4 w-40" />
            <Skeleton className="h-3 w-56 max-w-full" />
          </div>
          <Skeleton className="h-9 w-20 shrink-0" />
        </div>
      ))}
    </Card>
  );
}
