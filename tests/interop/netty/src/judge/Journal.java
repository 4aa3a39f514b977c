// SPDX-License-Identifier: Apache-2.0
// What was stored, byte for byte, one line a message.
package judge;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * Seven fields a line, with tabs between them: the client's port, dt, cnt, the client's address,
 * group, stream, body. In them a tab is `\t`, a line feed `\n`, a carriage return `\r` and a
 * backslash `\\`; every other byte is itself.
 */
final class Journal {
    private OutputStream file = OutputStream.nullOutputStream();
    private long messages;
    private long records;

    /** Begins a new file, and counts from zero. */
    synchronized void open(Path path) throws IOException {
        file.close();
        file = new BufferedOutputStream(Files.newOutputStream(path), 1 << 16);
        messages = 0;
        records = 0;
    }

    synchronized void store(int port, long dt, int cnt, String client, String group, String stream,
            String body) throws IOException {
        StringBuilder line = new StringBuilder(body.length() + 100);
        line.append(port).append('\t').append(dt).append('\t').append(cnt).append('\t');
        line.append(client).append('\t');
        escape(group, line);
        line.append('\t');
        escape(stream, line);
        line.append('\t');
        records += 1 + escape(body, line);
        line.append('\n');
        file.write(line.toString().getBytes(StandardCharsets.UTF_8));
        ++messages;
        notifyAll();
    }

    synchronized void flush() throws IOException {
        file.flush();
    }

    synchronized long messages() {
        return messages;
    }

    synchronized long records() {
        return records;
    }

    /** False: that took too long. */
    synchronized boolean awaitRecords(long count, long milliseconds) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(milliseconds);
        while (records < count) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                return false;
            }
            wait(left);
        }
        return true;
    }

    /** Returns how many line feeds there were. */
    private static int escape(String text, StringBuilder into) {
        int lines = 0;
        for (int i = 0; i < text.length(); ++i) {
            char c = text.charAt(i);
            switch (c) {
                case '\t':
                    into.append("\\t");
                    break;
                case '\n':
                    into.append("\\n");
                    ++lines;
                    break;
                case '\r':
                    into.append("\\r");
                    break;
                case '\\':
                    into.append("\\\\");
                    break;
                default:
                    into.append(c);
            }
        }
        return lines;
    }
}
