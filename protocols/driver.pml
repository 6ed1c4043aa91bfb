/*
 * Three drivers of one application, one after the other: lease, journal, launch records. The letters are the actions of docs/protocols.md.
 *
 *   lease     { epoch }, taken over whenever somebody likes: no assumption about time
 *   journal   entries by number, each put if absent and under the writer's epoch
 *
 * A driver that is slow, frozen or cut off is one that makes its next step late: every step may come after the next driver has taken over.
 * A driver that is dead is one that makes no step any more, which is one of the orders of steps. So nothing else is said about death.
 */
#define DRIVERS 3
#define ENTRIES 7
#define NOTHING 0
#define DECIDED 1
#define LAUNCHED 2
#define FINISHED 3

/* The lease item. */
byte epoch = 0;
byte holders[DRIVERS + 1];        /* drivers that have got each epoch */

/* The journal. */
byte kind[ENTRIES];
byte decidedBy = 0;               /* the driver whose decision stands in it first, which is also what was decided */

/* The task and its attempts. */
bool committed = false;
byte running = 0;                 /* attempts that were launched by a driver while it held the lease, and have not ended */

byte failures = 0;
byte finished = 0;
byte decision = 0;                /* what the first driver that used it took */

#ifdef NO_EPOCH_CHECK
#define MAY_WRITE(e) (true)
#else
#define MAY_WRITE(e) (epoch == e)
#endif

/* J: one transaction: the lease is mine, the number is free. */
inline append(what) {
  atomic {
    if
    :: !MAY_WRITE(mine) -> goto over                                        /* LEASE_LOST */
    :: else
    fi;
#ifndef CONSEQUENCE
    assert(epoch == mine);                                                  /* a zombie driver changes nothing */
#endif
    assert(next < ENTRIES);
    assert(kind[next] == NOTHING);                                          /* nobody writes beside the holder */
    kind[next] = what; next++;
    if
    :: what == DECIDED && decidedBy == 0 -> decidedBy = me
    :: what == FINISHED -> finished++; assert(finished == 1)                /* an action ends once */
    :: else
    fi
  }
}

proctype attempt() {
  if
  :: committed = true
  :: failures == 0 -> failures++                                             /* failed, or its executor died */
  fi;
  running--
}

proctype driver(byte me) {
  byte mine;
  byte next = 0;
  byte decided = 0;
  bool known = false;             /* the journal has an attempt of the task from before me */
  bool done = false;

  /* T: take over, if nobody else has since I looked. */
  byte seen;
look:
  seen = epoch;
  atomic {
#ifndef NO_TAKE_CONDITION
    if
    :: epoch != seen -> goto look
    :: else
    fi;
#endif
    mine = seen + 1; epoch = mine;
    holders[mine]++;
    assert(holders[mine] == 1)                                              /* one driver an epoch */
  }
  /* L: read the journal, entry by entry. */
  do
  :: next < ENTRIES && kind[next] != NOTHING ->
     atomic {
       if
       :: kind[next] == DECIDED && decided == 0 -> decided = decidedBy
       :: kind[next] == LAUNCHED -> known = true
       :: kind[next] == FINISHED -> done = true
       :: else
       fi;
       next++
     }
  :: next < ENTRIES && kind[next] == NOTHING -> break
  od;

  /* A decision that could not be derived again: an input listing, bounds, a publication. */
  if
  :: decided == 0 -> append(DECIDED); decided = me
  :: else
  fi;
  atomic {
    assert(decision == 0 || decision == decided || epoch != mine);          /* all drivers go by one decision */
    if
    :: decision == 0 -> decision = decided
    :: else
    fi
  }

  do
  :: committed || done -> break
  :: !committed && !done ->
     /* W: what an earlier driver launched may still run: it is waited for, until it has committed or cannot run any more. */
     if
     :: known -> (committed || running == 0); known = false
     :: else
     fi;
     if
     :: committed -> break
     :: else
     fi;
#ifndef NO_LAUNCH_RECORD
     append(LAUNCHED);
#endif
        atomic {                                                               /* N: launch */
       if
       :: epoch == mine ->
          assert(running == 0);                                             /* a successor launches nothing twice */
          running++; run attempt()
       :: epoch != mine -> committed = true                                 /* it was recorded before: an attempt like others, which may win */
       :: epoch != mine -> goto over
       fi
     }
        (committed || running == 0);
  od;
  if
  :: !done -> append(FINISHED)
  :: else
  fi;
over:
  skip;
  d_step {
    assert(mine < DRIVERS || finished == 1);                                /* an application can be finished, whoever died before */
    next = 0; decided = 0; known = false; done = false; seen = 0
  }
}

byte started = 1;

init {
  run driver(1);
  do
  :: started < DRIVERS -> started++; run driver(started)
  :: started == DRIVERS -> break
  od
}
