package process

// Names gives every distinct name a small number, so that an event holds
// numbers and a name is kept once. Names are equal if their bytes are: a
// leading, a double or a no-break space belongs to the name. Id 0 is None.
//
// The zero value is ready to use. Names is not safe for concurrent writing.
type Names struct {
	list   []string
	index  map[string]uint32
	recent [1 << recentBits]uint32 // ids of names that came lately, by a rough hash
}

// recentBits says how many recent names are found without the index: a log
// names few activities and resources over and over.
const recentBits = 8

// ID gives the id of a name, a new one if the name is new.
func (n *Names) ID(name []byte) uint32 {
	slot := &n.recent[rough(name)]
	if *slot != None && n.list[*slot] == string(name) {
		return *slot
	}
	id, ok := n.index[string(name)]
	if !ok {
		id = n.add(string(name))
	}
	*slot = id
	return id
}

// rough is a hash of the length and the last three bytes, in which names that
// are numbered differ.
func rough(name []byte) uint32 {
	h := uint32(len(name)) * 0x9e3779b1
	for _, b := range name[max(0, len(name)-3):] {
		h = (h ^ uint32(b)) * 0x01000193
	}
	return h >> (32 - recentBits)
}

// Add is ID for a string.
func (n *Names) Add(name string) uint32 {
	if id, ok := n.index[name]; ok {
		return id
	}
	return n.add(name)
}

func (n *Names) add(name string) uint32 {
	if n.index == nil {
		n.index = make(map[string]uint32)
		n.list = append(n.list, "")
	}
	id := uint32(len(n.list))
	n.list = append(n.list, name)
	n.index[name] = id
	return id
}

// Find gives the id of a name that is there already.
func (n *Names) Find(name string) (uint32, bool) {
	id, ok := n.index[name]
	return id, ok
}

// Of gives the name of an id, and the empty string for None.
func (n *Names) Of(id uint32) string {
	if int(id) >= len(n.list) {
		return ""
	}
	return n.list[id]
}

// Len is one more than the largest id: the length of a slice that is indexed
// by id.
func (n *Names) Len() int { return max(1, len(n.list)) }
