// SPDX-License-Identifier: Apache-2.0
// The listener, its connections, and the pipeline of protocol.md 1.1.
package judge;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

final class Server {
    private static final AttributeKey<Integer> LIMIT = AttributeKey.valueOf("limit");

    private final Settings settings;
    private final Script script;
    private final ServerBootstrap bootstrap;
    private final EventLoopGroup workers = new NioEventLoopGroup(2);
    // Once it is closed, it closes whoever is added, so that a connection that is just being
    // accepted does not outlive its listener. Each listener has its own.
    private volatile ChannelGroup open = newGroup();
    private final Object closings = new Object();
    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong requests = new AtomicLong();
    private final AtomicLong unanswered = new AtomicLong();
    // Bound and never connected, it keeps the port from everyone else while nobody listens.
    private final Socket reservation = new Socket();
    private EventLoopGroup acceptor; // of the listener, while there is one

    /** Has the address from now on, and listens once it is up. Throws if it can't have it. */
    Server(Settings settings, Script script, Journal journal, InetSocketAddress address)
            throws IOException {
        this.settings = settings;
        this.script = script;
        reservation.setReuseAddress(true); // the listener has the same address
        reservation.bind(address);
        bootstrap = new ServerBootstrap()
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 1024)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        int limit = settings.maxMessageLength;
                        channel.attr(LIMIT).set(limit);
                        channel.pipeline().addLast(
                                new HttpServerCodec(),
                                new HttpObjectAggregator(limit),
                                new ReadTimeoutHandler(settings.idle, TimeUnit.MILLISECONDS),
                                new Handler(settings, script, journal, Server.this));
                    }
                });
    }

    /** Listens. */
    synchronized void up() throws InterruptedException {
        if (acceptor == null) {
            open = newGroup();
            acceptor = new NioEventLoopGroup(1);
            bootstrap.clone().group(acceptor, workers).bind(reservation.getLocalSocketAddress())
                    .sync();
        }
    }

    /** Ends listener and connections, whatever they are at. */
    synchronized void down() throws InterruptedException {
        if (acceptor != null) {
            // Not the listener alone: its socket would go on listening until the next select.
            acceptor.shutdownGracefully(0, 0, TimeUnit.SECONDS).sync();
            acceptor = null;
        }
        open.close().sync();
    }

    void disconnect() throws InterruptedException {
        for (Channel each : new ArrayList<>(open)) {
            each.close().sync();
        }
    }

    int port() {
        return reservation.getLocalPort();
    }

    /** False: the connection is to be closed without a byte. */
    boolean admit(Channel channel) {
        accepted.incrementAndGet();
        if (script.refusesConnection() || open.size() >= settings.connections) {
            return false;
        }
        open.add(channel);
        channel.closeFuture().addListener(closed -> {
            synchronized (closings) {
                closings.notifyAll();
            }
        });
        return true;
    }

    /** Until so few connections are open. False: that took too long. */
    boolean awaitOpen(int most, long milliseconds) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(milliseconds);
        synchronized (closings) {
            while (open.size() > most) {
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (left <= 0) {
                    return false;
                }
                closings.wait(left);
            }
        }
        return true;
    }

    int messageLimit(Channel channel) {
        return channel.attr(LIMIT).get();
    }

    void countRequest() {
        requests.incrementAndGet();
    }

    void countUnanswered() {
        unanswered.incrementAndGet();
    }

    void resetCounts() {
        accepted.set(0);
        requests.set(0);
        unanswered.set(0);
    }

    private static ChannelGroup newGroup() {
        return new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
    }

    @Override
    public String toString() {
        return "open=" + open.size() + " accepted=" + accepted + " requests=" + requests
                + " unanswered=" + unanswered;
    }
}
