import { PICTURE, type Command, type Message, type Picture } from "./messages";

export interface Listener {
  message(message: Message): void;
  picture(kind: Picture, jpeg: Blob): void;
  connected(yes: boolean): void;
}

const RETRY_MS = { first: 400, last: 3000 };

/** The websocket to the daemon: opens again by itself, and rests while nobody looks at the page. */
export class Link {
  private socket?: WebSocket;
  private retry = RETRY_MS.first;
  private timer = 0;

  constructor(private readonly listener: Listener) {
    document.addEventListener("visibilitychange", () => (document.hidden ? this.rest() : this.open()));
    if (!document.hidden) this.open();
  }

  send(command: Command): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(command));
  }

  private open(): void {
    this.rest();
    const socket = new WebSocket(`ws://${location.host}/live`);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      this.retry = RETRY_MS.first;
      this.listener.connected(true);
    };
    socket.onmessage = ({ data }) => this.receive(data);
    socket.onclose = () => {
      this.listener.connected(false);
      this.timer = window.setTimeout(() => this.open(), this.retry);
      this.retry = Math.min(this.retry * 1.6, RETRY_MS.last);
    };
    this.socket = socket;
  }

  private rest(): void {
    window.clearTimeout(this.timer);
    if (!this.socket) return;
    this.socket.onclose = this.socket.onmessage = this.socket.onopen = null;
    this.socket.close();
    this.socket = undefined;
  }

  private receive(data: string | ArrayBuffer): void {
    if (typeof data === "string") return this.listener.message(JSON.parse(data) as Message);
    const kind = PICTURE[new Uint8Array(data, 0, 1)[0]!];
    if (kind) this.listener.picture(kind, new Blob([new Uint8Array(data, 1)], { type: "image/jpeg" }));
  }
}
