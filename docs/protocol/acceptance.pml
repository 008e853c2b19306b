/* The acceptance protocol on one stream: instances that share nothing but a log, a log that keeps few promises, and what
 * must hold of every answer. README.md beside this file explains the protocol.
 *
 * Each step is atomic, as in the service: one input is taken in, and whatever follows from it at that instance happens
 * before the next. What the network may do, it does in every order.
 *
 * Left out because it changes nothing: the tail's own cursor. A tail that lags behind the fold brings only what is known;
 * so a tail is late simply by not moving yet.
 *
 * A definition that begins with BUG_ plants a bug, which must be found. One that begins with SIGHT_ denies that a certain
 * thing ever happens; that must be found too, or the search would prove little. */

#ifndef INSTANCES
#define INSTANCES 2
#endif
#ifndef REQUESTS
#define REQUESTS 3
#endif
#ifndef CRASHES
#define CRASHES 1
#endif
#ifndef DUPLICATES
#define DUPLICATES 1
#endif
#ifndef CAPACITY
#define CAPACITY 3 /* records that the log takes; what is sent after that is lost */
#endif
#define ATTEMPTS 2 /* appends of one command that may lose before it is given up */
#define RECORDS (REQUESTS * ATTEMPTS)
#define ANY 9 /* a command that expects no version, only that there is something */

#define COMMAND 0 /* who waits for a barrier */
#define READ 1

mtype = { Nowhere, Flying, Landed, Dropped };                 /* where a record is; Nowhere, too, once nobody asks any more */
mtype = { Idle, AwaitsTurn, AwaitsBarrier, AwaitsVerdict };   /* what a command does */
mtype = { None, ForNext, UnderWay, Behind, Reached };         /* how far a barrier is */
mtype = { Silent, Asked, Told };                              /* the question for the log's end */

typedef Appended {
  mtype at = Nowhere;
  byte owner;    /* the instance that appended it */
  byte version;  /* the one that it makes, if it wins */
  byte offset;   /* which its report names */
  bool due;      /* its report is still to come, and somebody waits for it */
  bool held      /* its report came, and the fold has not reached its offset yet */
}

typedef Waiter { mtype at = None; byte end }

typedef Instance {
  byte next;     /* everything before this offset is folded */
  byte version;  /* of the stream, by this fold */
  mtype command = Idle;
  byte request;
  byte expects;
  byte attempt;
  byte floor;      /* the newest version of which anybody had been told when the request came */
  bool confirmed;  /* the fold has reached a barrier that was begun after the request came */
  byte read_floor;
  Waiter barrier[2];
  mtype question = Silent;
  byte end
}

byte entries[CAPACITY]; /* ids of records, in the order of the log */
byte length;
Appended records[RECORDS];
Instance instances[INSTANCES];

/* What an onlooker knows who sees everything at once: no instance looks at this. */
byte truth;                        /* the stream's version by the whole log */
byte winner[CAPACITY + 1];         /* by version, the record that was accepted */
bool told[CAPACITY + 1];           /* by version, whether a success was answered */
bool denied[REQUESTS];             /* a refusal or 503 was answered: nothing happened, nor ever will */
bool applied[REQUESTS];            /* one of the request's records was accepted */
byte newest_told;                  /* the newest version that any answer has named */
byte asked;                        /* requests so far */
byte crashes = CRASHES;
byte duplicates = DUPLICATES;

byte k; /* 0 between steps, as is v */
byte v;

#define me instances[i]
#define own (me.request * ATTEMPTS + me.attempt) /* the id of what the command has appended last */
#define request_of(id) (id / ATTEMPTS)

/* ---- answers, and what must hold of each */

inline tell(version_told) {
  if
  :: version_told > newest_told -> newest_told = version_told
  :: else
  fi
}

inline reset_command(i) {
  me.command = Idle;
  me.request = 0; me.expects = 0; me.attempt = 0; me.floor = 0; me.confirmed = false;
  me.barrier[COMMAND].at = None; me.barrier[COMMAND].end = 0
}

/* A report that nobody waits for any more tells no more than the tail does. */
inline forget_report(id) {
  records[id].due = false; records[id].held = false; records[id].offset = 0;
  if
  :: records[id].at == Dropped -> records[id].at = Nowhere
  :: else
  fi
}

/* After a success, and after 504, which promises nothing. */
inline finish(i) {
  forget_report(own);
  reset_command(i)
}

/* After a refusal, and after 503. That nothing lands later is asserted where records land. */
inline deny(i) {
  assert(!applied[me.request]);
  denied[me.request] = true;
  finish(i)
}

inline succeed(i) {
  v = records[own].version;
  assert(v <= truth && winner[v] == own);  /* accepted, and for ever: the log only grows */
  assert(!told[v]);                        /* one success a version */
#ifdef SIGHT_SUCCESS_AFTER_A_LOST_VERSION
  assert(me.attempt == 0);
#endif
  told[v] = true;
  tell(v);
  v = 0;
  finish(i)
}

/* "Older than what there is" stays true for ever, whatever else has happened meanwhile. */
inline refuse_as_older(i) {
  assert(me.expects < truth);
  tell(me.version);
  deny(i)
}

/* "There is nothing", or "that version is not there yet", is wrong once anybody has been told otherwise. */
inline refuse_as_absent(i) {
  assert(me.version >= me.floor);
#ifdef SIGHT_REFUSAL_AFTER_A_BARRIER
  assert(!me.confirmed);
#endif
  tell(me.version);
  deny(i)
}

inline end_read(i) {
  me.barrier[READ].at = None; me.barrier[READ].end = 0; me.read_floor = 0
}

inline answer_read(i) {
  assert(me.version >= me.read_floor);
  tell(me.version);
  end_read(i)
}

/* ---- the barrier: where the log ends, asked for after somebody came */

inline ask(i) {
  if
  :: me.question == Silent && (me.barrier[COMMAND].at == ForNext || me.barrier[READ].at == ForNext) ->
     me.question = Asked;
     if :: me.barrier[COMMAND].at == ForNext -> me.barrier[COMMAND].at = UnderWay :: else fi;
     if :: me.barrier[READ].at == ForNext -> me.barrier[READ].at = UnderWay :: else fi
  :: else
  fi
}

inline begin_barrier(i, who) {
  me.barrier[who].at = ForNext;
#ifdef BUG_BARRIER_SHARED_IN_FLIGHT
  if :: me.question != Silent -> me.barrier[who].at = UnderWay :: else fi;
#endif
  ask(i)
}

inline learn_end(i, who) {
  if
  :: me.barrier[who].at == UnderWay ->
#ifdef BUG_END_TAKEN_AS_REACHED
     me.barrier[who].at = Reached
#else
     me.barrier[who].at = Behind; me.barrier[who].end = me.end
#endif
  :: else
  fi
}

/* The answer was lost. Who waited goes into the next question, and so does whoever has come meanwhile. */
inline lose_end(i) {
  if :: me.barrier[COMMAND].at == UnderWay -> me.barrier[COMMAND].at = ForNext :: else fi;
  if :: me.barrier[READ].at == UnderWay -> me.barrier[READ].at = ForNext :: else fi;
  me.question = Silent; me.end = 0
}

#define reached(who) (me.barrier[who].at == Reached || (me.barrier[who].at == Behind && me.next >= me.barrier[who].end))

/* ---- deciding, on the fold as it is */

inline append(i) {
  records[own].at = Flying;
  records[own].owner = i;
  records[own].version = me.version + 1;
  records[own].due = true;
  me.command = AwaitsVerdict
}

inline decide(i) {
  if
  :: (me.expects == ANY && me.version > 0) || me.expects == me.version -> append(i)
  :: me.expects < me.version -> refuse_as_older(i)
  :: else ->
     if
#ifdef BUG_NO_BARRIER
     :: true -> refuse_as_absent(i)
#else
     :: me.confirmed -> refuse_as_absent(i)
     :: else -> me.command = AwaitsBarrier; begin_barrier(i, COMMAND)
#endif
     fi
  fi
}

/* Another event has taken the version. What was appended for it can never be accepted: it is safe to decide again. */
inline lose_version(i) {
  if
  :: me.attempt + 1 == ATTEMPTS -> deny(i)
  :: else -> forget_report(own); me.attempt++; me.command = AwaitsTurn
  fi
}

/* ---- the fold: the acceptance rule, and the verdict on one's own */

inline fold(i, record) {
  me.next++;
  if
  :: records[record].version == me.version + 1 ->
     me.version++;
     if
#ifdef BUG_VERSION_WITHOUT_ID
     :: me.command == AwaitsVerdict -> succeed(i)
#else
     :: me.command == AwaitsVerdict && record == own -> succeed(i)
     :: me.command == AwaitsVerdict && record != own -> lose_version(i)
#endif
     :: else
     fi
  :: else -> assert(me.command != AwaitsVerdict || record != own) /* it would have lost its version before */
  fi
}

#define report_is_ripe (me.command == AwaitsVerdict && records[own].held && records[own].offset == me.next)

/* Whatever the last input has made possible, until nothing moves any more. */
inline settle(i) {
  d_step {
    do
    :: me.command == AwaitsTurn -> decide(i)
    :: me.command == AwaitsBarrier && reached(COMMAND) ->
       me.barrier[COMMAND].at = None; me.barrier[COMMAND].end = 0;
       me.confirmed = true; me.command = AwaitsTurn
    :: reached(READ) -> answer_read(i)
    :: report_is_ripe ->
#ifdef SIGHT_VERDICT_BY_REPORT
       assert(records[own].version != me.version + 1);
#endif
       records[own].held = false; fold(i, own)
    :: else -> break
    od
  }
}

/* ---- an appended record, from its producer to the log, and what its producer is told of it */

inline land(id) {
  entries[length] = id;
  if
  :: records[id].version == truth + 1 ->
     truth++;
     winner[truth] = id;
     assert(!applied[request_of(id)]); /* a request is applied once */
     assert(!denied[request_of(id)]);  /* "nothing happened" stays true */
#ifdef SIGHT_LANDED_WITHOUT_A_REPORT
     assert(records[id].due);
#endif
     applied[request_of(id)] = true
  :: else
  fi;
  length++
}

inline report_offset(id, i) {
  if
#ifdef BUG_REPORT_AS_VERDICT
  :: true -> succeed(i)
#else
#ifdef BUG_REPORT_FOLDED_AT_ONCE
  :: records[id].offset > me.next -> me.next = records[id].offset; records[id].held = true
#endif
  :: records[id].offset >= me.next -> records[id].held = true /* settle() folds it once the fold stands there */
  :: records[id].offset < me.next -> assert(entries[records[id].offset] == id) /* else the log was truncated */
#endif
  fi
}

/* Only the tail can tell what becomes of the record now, or the deadline ends the waiting. */
inline report_unknown(i) {
#ifdef BUG_UNKNOWN_TAKEN_AS_LOST
  deny(i)
#else
#ifdef BUG_UNKNOWN_DECIDED_AGAIN
  lose_version(i)
#else
  skip
#endif
#endif
}

#define owner_of_this records[this].owner

#define this _pid

active [RECORDS] proctype Record() {
end:
  do
  :: atomic { records[this].at == Flying && length < CAPACITY ->
       records[this].at = Landed;
       if
       :: records[this].due -> records[this].offset = length
       :: else
       fi;
       land(this) }
  :: atomic { records[this].at == Flying ->
       if
       :: records[this].due -> records[this].at = Dropped
       :: else -> records[this].at = Nowhere
       fi }
  :: atomic { records[this].at == Landed && duplicates > 0 && length < CAPACITY ->
       duplicates--;
       if
       :: records[this].due -> records[this].offset = length /* either place may be the one that is reported */
       :: true
       fi;
       land(this) }
  :: atomic { records[this].due ->
       records[this].due = false;
       if
       :: records[this].at == Landed -> report_offset(this, owner_of_this)
       :: records[this].at == Dropped -> deny(owner_of_this)
       :: true -> report_unknown(owner_of_this) /* wherever it is; it may still be on its way */
       fi;
       settle(owner_of_this) }
  od
}

/* ---- an instance: requests, the tail, the end of the log, deadlines, and its death */

inline take_command(i, expected) {
  me.request = asked;
  me.expects = expected;
  me.floor = newest_told;
  me.command = AwaitsTurn;
  asked++
}

inline take_read(i) {
  asked++;
  me.read_floor = newest_told;
#ifdef BUG_READ_WITHOUT_BARRIER
  me.barrier[READ].at = Reached
#else
  begin_barrier(i, READ)
#endif
}

inline fold_from_tail(i) {
  k = entries[me.next];
  fold(i, k);
  k = 0
}

/* It begins anew with an empty state file. One that was saved at any point is covered: this fold comes by there, too. What
 * it had sent may still land, but nobody hears the report. */
inline crash(i) {
  if
  :: me.command == AwaitsVerdict -> forget_report(own)
  :: else
  fi;
  reset_command(i);
  end_read(i);
  me.question = Silent; me.end = 0;
#ifndef BUG_POSITION_SAVED_BEFORE_ROWS
  me.next = 0;
#endif
  me.version = 0
}

#define i (_pid - RECORDS)
#define may_ask (asked < REQUESTS && (asked > 0 || i == 0)) /* instances are alike: let the first request be at the first */

active [INSTANCES] proctype Service() {
end:
  do
  :: atomic {
       if
       :: may_ask && me.command == Idle -> take_command(i, 0) /* create */
       :: may_ask && me.command == Idle -> take_command(i, 1) /* change version 1 */
       :: may_ask && me.command == Idle -> take_command(i, ANY)
       :: may_ask && me.barrier[READ].at == None -> take_read(i)
       :: me.next < length -> fold_from_tail(i)
       :: me.question == Asked -> me.end = length; me.question = Told
       :: me.question == Told -> learn_end(i, COMMAND); learn_end(i, READ); me.question = Silent; me.end = 0; ask(i)
       :: me.question != Silent -> lose_end(i); ask(i)
       :: me.command == AwaitsVerdict -> /* its time is over */
#ifdef BUG_UNAVAILABLE_ON_TIMEOUT
          deny(i)
#else
          finish(i)
#endif
       :: me.command == AwaitsBarrier -> deny(i)
       :: me.barrier[READ].at != None -> end_read(i)
       :: crashes > 0 && (me.next > 0 || me.command != Idle || me.barrier[READ].at != None) -> crashes--; crash(i)
       fi;
       settle(i)
     }
  od
}
#undef i

/* ---- when nothing moves any more: the final log, folded by somebody who saw nothing of all this */

active proctype Reader() {
  byte version;
  timeout ->
  atomic {
    k = 0;
    do
    :: k < length ->
       if
       :: records[entries[k]].version == version + 1 ->
          version++;
          assert(winner[version] == entries[k])
       :: else
       fi;
       k++
    :: else -> break
    od;
    assert(version == truth);
    v = version;
    do
    :: v < CAPACITY -> v++; assert(!told[v]) /* no success without its record */
    :: else -> break
    od;
    k = 0;
    do
    :: k < INSTANCES -> assert(instances[k].version == version && instances[k].next == length); k++
    :: else -> break
    od
  }
}
