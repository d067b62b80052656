package evidence

import (
	"encoding/binary"
	"fmt"
	"strconv"
)

// tileWidth is the number of hashes, or entries, in a full tile.
const (
	tileWidth  = 1 << tileHeight
	tileHeight = 8 // levels of the tree in one level of tiles
)

// Export writes the tiles of the log between two sizes in the layout of C2SP
// tlog-tiles, paths relative to the log's prefix: "tile/<level>/<n>" with the hashes of 256
// subtrees of 256^level leaves, and "tile/entries/<n>" with the texts of 256
// entries, each after its length in two bytes. The tile at the right edge is
// partial and its path ends in ".p/<width>". What an export up to the size from
// has written full is not written again. Text gives the text of the entry with a leaf index; nil
// leaves the entries out. Errors of text and write are returned as they are.
func (l *Log) Export(from, to int64, text func(index int64) ([]byte, error), write func(path string, data []byte) error) error {
	if from < 0 || from > to || to > l.size {
		return fmt.Errorf("%w: a log of %d has no tiles from %d to %d", ErrInvalid, l.size, from, to)
	}
	if text != nil {
		err := eachTile("entries", from, to, write, func(b []byte, i int64) ([]byte, error) { return appendBundled(b, i, text) })
		if err != nil {
			return err
		}
	}
	for level := 0; to>>(8*level) > 0; level++ {
		hashes := func(b []byte, i int64) ([]byte, error) {
			h := l.node(8*level, i)
			return append(b, h[:]...), nil
		}
		if err := eachTile(strconv.Itoa(level), from>>(8*level), to>>(8*level), write, hashes); err != nil {
			return err
		}
	}
	return nil
}

// eachTile writes the tiles of one level that hold the elements from … to.
func eachTile(level string, from, to int64, write func(string, []byte) error, appendTo func([]byte, int64) ([]byte, error)) error {
	if from == to {
		return nil
	}
	for n := from / tileWidth; n*tileWidth < to; n++ {
		end := min((n+1)*tileWidth, to)
		var data []byte
		var err error
		for i := n * tileWidth; i < end; i++ {
			if data, err = appendTo(data, i); err != nil {
				return err
			}
		}
		if err := write(TilePath(level, n, int(end-n*tileWidth)), data); err != nil {
			return err
		}
	}
	return nil
}

func appendBundled(b []byte, i int64, text func(int64) ([]byte, error)) ([]byte, error) {
	t, err := text(i)
	if err != nil {
		return nil, err
	}
	if len(t) > MaxText {
		return nil, fmt.Errorf("%w: entry %d has %d bytes of text, more than %d", ErrInvalid, i+1, len(t), MaxText)
	}
	return append(binary.BigEndian.AppendUint16(b, uint16(len(t))), t...), nil
}

// TilePath is the path of a tile: groups of three digits, all but the last with
// an x before it.
func TilePath(level string, n int64, width int) string {
	path := fmt.Sprintf("%03d", n%1000)
	for n >= 1000 {
		n /= 1000
		path = fmt.Sprintf("x%03d/%s", n%1000, path)
	}
	path = "tile/" + level + "/" + path
	if width < tileWidth {
		path += ".p/" + strconv.Itoa(width)
	}
	return path
}

// Tile gives the first width hashes of tile n of a level, end to end. What the
// log does not have is ErrInvalid.
func (l *Log) Tile(level int, n int64, width int) ([]byte, error) {
	if level < 0 || level > 7 || n < 0 || width < 1 || width > tileWidth || n > l.size/tileWidth || n*tileWidth+int64(width) > l.size>>(tileHeight*level) {
		return nil, fmt.Errorf("%w: a log of %d has no tile %d of level %d with %d hashes", ErrInvalid, l.size, n, level, width)
	}
	var out []byte
	for i := range int64(width) {
		h := l.node(tileHeight*level, n*tileWidth+i)
		out = append(out, h[:]...)
	}
	return out, nil
}
