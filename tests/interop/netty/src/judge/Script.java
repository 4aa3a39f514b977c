// SPDX-License-Identifier: Apache-2.0
// What the next requests and connections get in place of a proper treatment.
package judge;

import java.util.ArrayDeque;
import java.util.Deque;

final class Script {
    enum Kind {
        PROPER, // as the node would
        CODE,   // an answer with that code
        SILENCE, // no answer, and the connection is kept
        DROP,   // no answer, and the connection ends in order
        RESET,  // no answer, and the connection ends by a reset
        DELAY   // as the node would, but answered so many milliseconds later
    }

    /** `stores`: the request is also stored, as if it had been treated properly. */
    static final class Turn {
        final Kind kind;
        final int number;
        final boolean stores;

        Turn(Kind kind, int number, boolean stores) {
            this.kind = kind;
            this.number = number;
            this.stores = stores;
        }
    }

    private static final Turn PROPER = new Turn(Kind.PROPER, 0, true);

    private final Deque<Turn> requests = new ArrayDeque<>();
    private int refusedConnections;

    synchronized void next(int times, Turn turn) {
        for (int i = 0; i < times; ++i) {
            requests.add(turn);
        }
    }

    synchronized void refuse(int connections) {
        refusedConnections = connections;
    }

    synchronized void reset() {
        requests.clear();
        refusedConnections = 0;
    }

    /** A whole request takes its turn. */
    synchronized Turn takeTurn() {
        return requests.isEmpty() ? PROPER : requests.remove();
    }

    synchronized boolean refusesConnection() {
        if (refusedConnections == 0) {
            return false;
        }
        --refusedConnections;
        return true;
    }
}
