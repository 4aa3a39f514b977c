// SPDX-License-Identifier: Apache-2.0
// The limits and switches of the node, which the control channel changes while it runs.
package judge;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Defaults as in DataProxy (protocol.md 1.2), but for `connections`, which never is in the way. */
final class Settings {
    volatile boolean ready = true;
    volatile boolean stopped = false;
    /** Of connections that are accepted from now on. */
    volatile int maxMessageLength = 65536;
    /** Milliseconds; of connections that are accepted from now on. */
    volatile long idle = 180000;
    volatile int connections = 5000;
    /** Milliseconds by which each answer comes later than what it answers is stored. */
    volatile long delay = 0;

    private final Map<String, Boolean> topics = new ConcurrentHashMap<>();
    private volatile boolean othersKnown = true;

    void reset() {
        ready = true;
        stopped = false;
        maxMessageLength = 65536;
        idle = 180000;
        connections = 5000;
        delay = 0;
        topics.clear();
        othersKnown = true;
    }

    /** From the first one that is made known on, only what was made known is. */
    void know(String group, String stream) {
        othersKnown = false;
        topics.put(key(group, stream), true);
    }

    void forget(String group, String stream) {
        topics.put(key(group, stream), false);
    }

    /** First "group.stream" is looked up, then "group", which stands for all its streams. */
    boolean knows(String group, String stream) {
        Boolean found = topics.get(group + '.' + stream);
        if (found == null) {
            found = topics.get(group);
        }
        return found == null ? othersKnown : found;
    }

    private static String key(String group, String stream) {
        return stream.isEmpty() ? group : group + '.' + stream;
    }
}
