import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { StaffApiError } from "../../src/console/api";
import { Outbox, shelfPrefix, type Parcel } from "../../src/console/live/outbox";
import type { StaffMessage } from "../../src/console/wire";
import { aMessage } from "./builders";

let answers: (StaffMessage | StaffApiError)[];
let sent: Parcel[];
let delivered: string[];

function anOutbox(user = "ana"): Outbox {
  return new Outbox(
    {
      send: (parcel) => {
        sent.push(parcel);
        const answer = answers.shift() ?? aMessage({ id: String(sent.length), role: "agent" });
        return answer instanceof StaffApiError ? Promise.reject(answer) : Promise.resolve(answer);
      },
      delivered: (parcel) => delivered.push(parcel.text),
    },
    localStorage,
    shelfPrefix(user),
    () => 5,
  );
}

const say = (outbox: Outbox, text: string, conversation = "c1") => {
  outbox.put({ conversation_id: conversation, text, cards: [] });
};
const until = (hold: () => void) => vi.waitFor(hold, { timeout: 1_000, interval: 2 });

beforeEach(() => {
  answers = [];
  sent = [];
  delivered = [];
});

afterEach(() => {
  localStorage.clear();
});

describe("the outbox", () => {
  it("sends in order and forgets what arrived", async () => {
    const outbox = anOutbox();
    say(outbox, "one");
    say(outbox, "two");
    await until(() => {
      expect(delivered).toEqual(["one", "two"]);
    });
    expect(outbox.all()).toEqual([]);
    expect(localStorage.length).toBe(0);
  });

  it("tries again under the same id while the shop cannot be reached", async () => {
    answers = [new StaffApiError(0), new StaffApiError(503, "unavailable")];
    const outbox = anOutbox();
    say(outbox, "hello");
    await until(() => {
      expect(delivered).toEqual(["hello"]);
    });
    expect(sent).toHaveLength(3);
    expect(new Set(sent.map((parcel) => parcel.client_message_id)).size).toBe(1);
  });

  it("knows what is on its way, and no longer what has arrived", async () => {
    const outbox = anOutbox();
    say(outbox, "one");
    expect(outbox.isSending("c1", "one")).toBe(true);
    expect(outbox.isSending("c2", "one")).toBe(false);
    await until(() => {
      expect(outbox.isSending("c1", "one")).toBe(false);
    });
  });

  it("keeps what was refused until it is sent again", async () => {
    answers = [new StaffApiError(409, "owned_by_other")];
    const outbox = anOutbox();
    say(outbox, "mine");
    await until(() => {
      expect(outbox.all()[0]?.refused).toBe("owned_by_other");
    });
    outbox.again(sent[0]!.client_message_id);
    await until(() => {
      expect(delivered).toEqual(["mine"]);
    });
  });

  it("does not hold back what follows a refusal", async () => {
    answers = [new StaffApiError(422, "bad_request")];
    const outbox = anOutbox();
    say(outbox, "bad");
    say(outbox, "good");
    await until(() => {
      expect(delivered).toEqual(["good"]);
    });
    expect(outbox.all().map(({ text }) => text)).toEqual(["bad"]);
  });

  it("finds what was not sent before the page was loaded again", async () => {
    answers = [new StaffApiError(401, "unauthorized")];
    say(anOutbox(), "before");
    await until(() => {
      expect(sent).toHaveLength(1);
    });
    const later = anOutbox();
    expect(later.all().map(({ text }) => text)).toEqual(["before"]);
    later.hurry();
    await until(() => {
      expect(delivered).toEqual(["before"]);
    });
  });

  it("never sends what somebody else wrote at the same machine", async () => {
    answers = [new StaffApiError(401, "unauthorized")];
    say(anOutbox("ana"), "from Ana");
    await until(() => {
      expect(sent).toHaveLength(1);
    });
    expect(anOutbox("ben").all()).toEqual([]);
  });

  it("lets one conversation's trouble hold up no other", async () => {
    answers = [new StaffApiError(409, "conflict")];
    const outbox = anOutbox();
    say(outbox, "stuck", "c1");
    say(outbox, "free", "c2");
    await until(() => {
      expect(delivered).toEqual(["free"]);
    });
  });
});
